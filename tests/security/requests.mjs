// Requests for sqlmap from an OpenAPI document: every operation once, with ids
// of what is there, and a mark at each value that sqlmap is to try.

const nobody = '00000000-0000-7000-8000-000000000000'
const day = days => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10)

// What is over can be changed no longer, so it comes last.
const over = ['signed_off', 'closed', 'cancelled', 'verified', 'published', 'retired', 'ended']

// What a field of a name means, where nothing that is there says it.
const known = { side: 'supplier', country: 'GB', website: 'https://example.org', language: 'en', access: 'private', scopes: 'inventory.read', meeting_dates: day(60), as_of: day(0), sort: '', after: '' }

// Which list has the ids that a field of this name means.
const lists = {
  system_id: '/systems', supplier_id: '/suppliers', organisation_id: '/organisations', host_id: '/organisations', group_id: '/governance-groups',
  review_id: '/reviews', finding_id: '/findings', questionnaire_id: '/questionnaires', programme_id: '/programmes', user_id: '/users',
  contract_id: '/contracts', framework_id: '/frameworks'
}

// Asker asks the API as one of several people, each by a token; the first who
// is let through counts.
export class Asker {
  // what is spared is not tried, by its name or address: who asks, and their tokens.
  constructor (base, tokens, spared = []) {
    Object.assign(this, { base, tokens, spared, kept: new Map() })
  }

  async items (path) {
    if (!this.kept.has(path)) {
      let found = []
      for (const token of this.tokens) {
        const answer = await fetch(this.base + path, { headers: { authorization: `Bearer ${token}` } })
        if (!answer.ok) continue
        const body = await answer.json().catch(() => ({}))
        found = Array.isArray(body) ? body : Object.values(body).find(Array.isArray) ?? []
        if (found.length) break
      }
      this.kept.set(path, found.filter(item => item && typeof item === 'object' && !this.spared.includes(item.name) && !this.spared.includes(item.email))
        .sort((a, b) => over.includes(a.state) - over.includes(b.state)))
    }
    return this.kept.get(path)
  }

  // path puts values into the braces of a path, from the lists above them: of
  // several things the first that has what the rest of the path names.
  async path (template) {
    const segments = template.split('/').slice(1)
    const go = async (done, rest) => {
      if (rest.length === 0) return { values: [], depth: 0 }
      if (!rest[0].startsWith('{')) return go(`${done}/${rest[0]}`, rest.slice(1))
      const name = rest[0].slice(1, -1)
      const from = name === 'key' ? done.replace(/\/(answers|judgements)$/, '/questions') : done
      let best = { values: [name === 'number' ? '1' : name === 'key' ? 'A1' : nobody], depth: 0 }
      for (const item of (await this.items(from)).slice(0, 8)) {
        const value = item[name] ?? item.id ?? item.key
        if (value === undefined) continue
        const after = await go(`${done}/${value}`, rest.slice(1))
        if (after.depth + 1 > best.depth) best = { values: [String(value), ...after.values], depth: after.depth + 1 }
        if (best.depth === rest.filter(s => s.startsWith('{')).length) break
      }
      while (best.values.length < rest.filter(s => s.startsWith('{')).length) best.values.push(nobody)
      return best
    }
    return (await go('', segments)).values
  }

  // like gives the thing that a path leads to, or one of the list that it is.
  async like (path) {
    const segments = path.split('/').slice(1)
    for (let n = segments.length; n > 0; n--) {
      const items = await this.items(`/${segments.slice(0, n).join('/')}`)
      if (items.length) return items.find(item => item.id === segments[n]) ?? items[0]
    }
    return {}
  }

  // example is a value of a schema; name says what the value is of, and like is
  // a thing whose fields of that name serve as well.
  async example (document, schema, name = '', like = {}) {
    while (schema?.$ref) schema = schema.$ref.split('/').slice(1).reduce((at, key) => at[key], document)
    if (!schema) return 'x'
    if (schema.example ?? schema.default) return schema.example ?? schema.default
    if (schema.enum) return schema.enum[0]
    if (name in known && ![].concat(schema.type).includes('array')) return known[name]
    if (['string', 'number', 'boolean'].includes(typeof like[name]) && like[name] !== '' && [].concat(schema.type).includes(typeof like[name])) return like[name]
    const type = [].concat(schema.type).find(t => t !== 'null') ?? 'object'
    if (type === 'object') {
      const made = {}
      for (const [key, inner] of Object.entries(schema.properties ?? {})) made[key] = await this.example(document, inner, key, like)
      return made
    }
    if (type === 'array') return [name in known ? known[name] : await this.example(document, schema.items, name.replace(/s$/, ''), like)]
    if (type === 'integer' || type === 'number') return schema.minimum ?? 1
    if (type === 'boolean') return true
    if (lists[name]) return (await this.items(lists[name]))[0]?.id ?? nobody
    if (/(^|_)id$/.test(name)) return nobody
    if (schema.format === 'date-time') return `${day(30)}T12:00:00Z`
    if (schema.format === 'date' || /_on$|_from$|_to$|^from$|^until$|^due/.test(name)) return day(30)
    if (/email/.test(name)) return 'security.test@example.org'
    return 'Security test'
  }
}

const marked = value => `${String(value).replaceAll('*', '')}*`

// leaves lists the fields of a body by their names.
const leaves = (value, name = '') => value && typeof value === 'object'
  ? Object.entries(value).flatMap(([key, inner]) => leaves(inner, Array.isArray(value) ? name : key))
  : [name]

// mark puts a mark at each value of a body, and gives it as text; after a number
// the mark stands bare.
function mark (body) {
  const text = JSON.stringify(body, (_, value) => typeof value === 'string' ? marked(value)
    : typeof value === 'number' || typeof value === 'boolean' ? `bare ${value} bare` : value)
  return text.replaceAll(/"bare (\S+) bare"/g, '$1*')
}

// requests gives each operation of the document as {name, method, path,
// headers, body, parameters}; parameters in the order of their marks.
export async function requests (document, prefix, ask) {
  const all = []
  for (const [template, methods] of Object.entries(document.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      const parameters = []
      const values = await ask.path(template)
      const like = await ask.like([...values].reduce((path, value) => path.replace(/\{\w+\}/, value), template))
      let path = prefix + template.replaceAll(/\{(\w+)\}/g, (_, name) => { parameters.push(name); return marked(values.shift()) })
      const query = []
      const headers = {}
      for (const p of operation.parameters ?? []) {
        if (p.in === 'path') continue
        // A filter has what the first of the list has, so that something is left to be seen.
        const number = ['integer', 'number', 'boolean'].includes(p.schema.type)
        const value = p.in === 'query' && !number ? String(like[p.name] ?? '') : await ask.example(document, p.schema, p.name, like)
        if (p.in === 'query') { query.push(`${p.name}=${marked(encodeURIComponent(value))}`); parameters.push(p.name) }
        if (p.in === 'header') { headers[p.name] = marked(p.name === 'If-Match' ? `"${like.version ?? 1}"` : value) }
      }
      if (query.length) path += `?${query.join('&')}`
      const schema = operation.requestBody?.content?.['application/json']?.schema
      const plain = schema && await ask.example(document, schema, '', like)
      if (plain) parameters.push(...leaves(plain))
      parameters.push(...Object.keys(headers))
      all.push({ name: `${method} ${template}`, method: method.toUpperCase(), path, headers, plain, body: plain && mark(plain), parameters })
    }
  }
  return all
}
