// Composes the two subgraphs, whose addresses are FIRST and SECOND, into the supergraph that both gateways read.
import { writeFileSync } from 'node:fs'
import { composeServices } from '@theguild/federation-composition'
import { parse } from 'graphql'
import { read } from '../told.mjs'

const services = ['first', 'second'].map((name) => ({ name, url: process.env[name.toUpperCase()], typeDefs: parse(read(`${name}.graphql`)) }))
const { supergraphSdl, errors } = composeServices(services)
if (errors) throw new Error(errors.map((one) => one.message).join('\n'))
writeFileSync(`${process.env.FOLDER}/supergraph.graphql`, supergraphSdl)
