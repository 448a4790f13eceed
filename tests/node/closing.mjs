// Speaks raw WebSocket to the address, and prints with which code the server closes each conversation.
import WebSocket from 'ws';

const { URL: url, TOKEN: token } = process.env;
const PROTOCOL = 'graphql-transport-ws';
const init = { type: 'connection_init', payload: { Authorization: `Bearer ${token}` } };
const following = { type: 'subscribe', id: '1', payload: { query: 'subscription { world }' } };

function closed(messages, { protocols = [PROTOCOL], headers = {} } = {}) {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url.replace('http', 'ws'), protocols, { headers });
    const late = setTimeout(() => { socket.terminate(); reject(new Error(`never closed: ${JSON.stringify(messages)}`)); }, 15000);
    socket.on('open', () => messages.forEach((m) => socket.send(typeof m === 'object' && !Buffer.isBuffer(m) ? JSON.stringify(m) : m)));
    socket.on('close', (code, reason) => { clearTimeout(late); resolve([code, reason.toString()]); });
    socket.on('unexpected-response', (_, response) => { clearTimeout(late); socket.terminate(); resolve([response.statusCode, '']); });
    socket.on('error', () => {});
  });
}

const found = Object.fromEntries(
  await Promise.all(
    Object.entries({
      noJson: closed(['{']),
      binary: closed([Buffer.from([0, 1])]),
      unknownType: closed([{ type: 'x'.repeat(1000) }]),
      beforeSignIn: closed([following]),
      badToken: closed([{ type: 'connection_init', payload: { Authorization: 'Bearer nonsense' } }]),
      noToken: closed([{ type: 'connection_init' }]),
      noProtocol: closed([], { protocols: [] }),
      neverSignsIn: closed([]),
      sameId: closed([init, following, following]),
      twice: closed([init, init]),
      otherOrigin: closed([], { headers: { Origin: 'https://evil.example' } }),
    }).map(async ([name, promise]) => [name, (await promise)[0]]),
  ),
);
console.log(JSON.stringify(found));
