// Reads CloudEvents with the SDK of the CloudEvents project: one line of JSON a message of Kafka ({headers, value} as text, or {structured}) on stdin, one line an event, or an error, on stdout.
import { createInterface } from 'node:readline';
import { CloudEvent, Kafka } from 'cloudevents';

function read({ headers, value, structured }) {
  const event = structured ? new CloudEvent(structured) : Kafka.toEvent({ headers, value: Buffer.from(value) });
  event.validate();
  const { data, ...attributes } = event.toJSON();
  return { ...attributes, data: Buffer.isBuffer(data) || data instanceof Uint8Array ? JSON.parse(Buffer.from(data).toString()) : data };
}

for await (const line of createInterface({ input: process.stdin })) {
  try {
    console.log(JSON.stringify(read(JSON.parse(line))));
  } catch (error) {
    console.log(JSON.stringify({ error: String(error) }));
  }
}
