// The client of npm graphql-ws: follows changes, loses its connection, comes back and resumes behind the last change that it has heard.
// Prints a line whenever something happens; a line on standard input breaks the connection.
import { createInterface } from 'node:readline';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';

const { URL: url, TOKEN: token, UNTIL: until } = process.env;
const say = (what) => console.log(JSON.stringify(what));
let socket;
let cursor = null;
const heard = [];
let connections = 0;

const client = createClient({
  url: url.replace('http', 'ws'),
  webSocketImpl: WebSocket,
  connectionParams: { Authorization: `Bearer ${token}` },
  lazy: false,
  retryAttempts: 20,
  retryWait: () => new Promise((resolve) => { setTimeout(resolve, 100); }),
  shouldRetry: () => true,
  on: { connected: (opened) => { socket = opened; connections += 1; say({ connected: connections }); } },
});
createInterface({ input: process.stdin }).on('line', () => socket.terminate());

// By its documentation a client that retries sends the same operation again: what changes meanwhile (the cursor) is read when it is sent.
const payload = {
  query: 'subscription Changed($after: String) { changed(after: $after, kinds: ["organisation"]) { positions cursor } }',
  variables: { get after() { return cursor; } },
};
await new Promise((resolve, reject) => {
  const stop = client.subscribe(payload, {
    next: ({ data, errors }) => {
      if (errors) return reject(new Error(JSON.stringify(errors)));
      cursor = data.changed.cursor;
      heard.push(...data.changed.positions);
      say({ heard: data.changed.positions });
      if (data.changed.positions.includes(until)) { stop(); resolve(); }
    },
    error: reject,
    complete: () => resolve(),
  });
  say({ following: true });
});
await client.dispose();
say({ heard, connections });
process.exit(0);
