// A program that does what ours must never do: it builds SQL from what it is
// sent. The check of every parameter has to find it out, before it is believed.
import { createServer } from 'node:http'
import { once } from 'node:events'
import { sql } from './house.mjs'

// contract describes it; only "name" of the search and of the body reaches the SQL.
const operation = (parameters, requestBody) => ({ parameters, requestBody, security: [] })
export const contract = {
  paths: {
    '/things/{id}': { get: operation([{ name: 'id', in: 'path', schema: { type: 'string' } }, { name: 'name', in: 'query', schema: { type: 'string' } }]) },
    '/things': { post: operation([], { content: { 'application/json': { schema: { type: 'object', properties: { size: { type: 'integer' }, name: { type: 'string' } } } } } }) }
  }
}
export const holes = ['get /things/{id}: name', 'post /things: name']

export async function serve () {
  sql('postgres', "CREATE TABLE things (name text); INSERT INTO things VALUES ('chair'), ('table')")
  const server = createServer(async (request, answer) => {
    let body = ''
    for await (const chunk of request) body += chunk
    let name = new URL(request.url, 'http://things').searchParams.get('name')
    try { if (body) name = JSON.parse(body).name } catch { name = '' }
    answer.setHeader('content-type', 'application/json')
    try {
      answer.end(JSON.stringify({ names: sql('postgres', `SELECT name FROM things WHERE name <> '${name}' ORDER BY name`).trim().split('\n') }))
    } catch (error) {
      answer.statusCode = 500
      answer.end(JSON.stringify({ error: String(error.stderr) }))
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { base: `http://127.0.0.1:${server.address().port}`, close: () => server.close() }
}
