// The audits of GraphQL over HTTP by the npm package graphql-http; prints how many there are and which are not ok.
import { serverAudits } from 'graphql-http';

const { URL: url, TOKEN: token } = process.env;
const results = await Promise.all(
  serverAudits({
    url,
    fetchFn: (input, init = {}) => fetch(input, { ...init, headers: { authorization: `Bearer ${token}`, ...init.headers } }),
  }).map((audit) => audit.fn()),
);
const bad = results.filter((r) => r.status !== 'ok').map(({ id, name, status, reason }) => ({ id, name, status, reason }));
console.log(JSON.stringify({ audits: results.length, bad }));
