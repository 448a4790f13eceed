// What a peer serves: the schema, and the answer as an object in memory. FOLDER and PORT are given by bench/peers/processes.py.
import { readFileSync } from 'node:fs'

export const read = (name) => readFileSync(`${process.env.FOLDER}/${name}`, 'utf8')
export const answer = () => JSON.parse(read('answer.json'))
export const port = Number(process.env.PORT)
// Plain resolvers: the object as it is, whatever the arguments say.
export const query = (data) => Object.fromEntries(Object.entries(data).map(([name, value]) => [name, () => value]))
