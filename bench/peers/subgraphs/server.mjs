// One of two subgraphs over the same object, by graphql-yoga: MODE is first or second.
import { createServer } from 'node:http'
import { buildSubgraphSchema } from '@apollo/subgraph'
import { parse } from 'graphql'
import { createYoga } from 'graphql-yoga'
import { answer, port, query, read } from '../told.mjs'

const data = answer()
const teams = new Map([data.team, ...data.portfolio.teams.nodes].map((team) => [team.id, team]))
const Team = { __resolveReference: ({ id }) => teams.get(id) }
const resolvers = process.env.MODE === 'first' ? { Query: query(data), Team } : { Team }
const schema = buildSubgraphSchema({ typeDefs: parse(read(`${process.env.MODE}.graphql`)), resolvers })
const server = createServer(createYoga({ schema, logging: false, graphiql: false, maskedErrors: false }))
server.keepAliveTimeout = 120_000 // a gateway that finds its connection closed gives no answer
server.listen(port, '127.0.0.1')
