// Hive Gateway over the two subgraphs; MODE is js, or rust for its query planner in Rust.
import { createServer } from 'node:http'
import { createGatewayRuntime } from '@graphql-hive/gateway-runtime'
import { unifiedGraphHandler } from '@graphql-hive/router-runtime'
import { port, read } from '../told.mjs'

const runtime = process.env.MODE === 'rust' ? { unifiedGraphHandler } : {}
const gateway = createGatewayRuntime({ supergraph: read('supergraph.graphql'), logging: false, maskedErrors: false, ...runtime })
createServer(gateway).listen(port, '127.0.0.1')
