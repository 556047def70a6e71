// What Debian offers to attackers, against a running product: make security.
// Ends with 1 where something was found that explained.json does not explain.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { open, root } from './house.mjs'
import * as injectable from './injectable.mjs'
import { slow } from './slow.mjs'
import { sqlmap } from './sqlmap.mjs'
import { wapiti } from './wapiti.mjs'

// DEEP=on: higher levels, deeper walks, an hour and a half in place of a quarter of an hour.
const deep = process.env.DEEP === 'on'
const bounds = deep
  ? { sqlmap: 3600, level: 2, wapiti: 1800, depth: 8, slow: 120 }
  : { sqlmap: 400, level: 1, wapiti: 300, depth: 4, slow: 32 }
const chosen = (process.env.ONLY ?? 'sqlmap,wapiti,slowhttptest').split(',')

const out = join(root, 'tests', 'security', 'output')
rmSync(out, { recursive: true, force: true })
mkdirSync(out, { recursive: true })
const explained = JSON.parse(readFileSync(join(root, 'tests', 'security', 'explained.json'), 'utf8'))
const rows = []
const findings = []
const ms = at => at ? `${at.p50} / ${at.p99}` : ''
const line = r => `| ${r.tool} | ${r.tried} | ${ms(r.before)} | ${ms(r.during)} | ${r.during ? `${r.during.reads}, ${r.during.failed.length}` : ''} |`
const add = row => { rows.push(row); step(line(row)) }
const working = 'Security tests'
const take = result => { for (const row of result.rows) add(row); findings.push(...result.findings) }
const step = text => console.log(`${new Date().toTimeString().slice(0, 8)} ${text}`)

// proveSqlmap lets the same check run on a program with holes: unless it finds
// both, and nothing else, what it says of ours is worth nothing.
async function proveSqlmap () {
  const server = await injectable.serve()
  const { findings } = await sqlmap({ base: server.base, document: injectable.contract, tokens: ['none'], seconds: 240, out: join(out, 'injectable') })
  server.close()
  const found = findings.map(f => f.what).filter(what => !what.includes('heuristic')).sort()
  if (String(found) !== String([...injectable.holes].sort())) throw new Error(`sqlmap finds ${JSON.stringify(found)} in a program with the holes ${JSON.stringify(injectable.holes)}`)
  add({ tool: 'sqlmap', tried: `a program with ${injectable.holes.length} holes among 4 parameters: it finds them and no other` })
}

async function tryParameters (house) {
  const document = await (await fetch(`${house.base}/api/v1/openapi.json`)).json()
  const people = ['official', 'lead', 'reviewer', 'approver', 'secretary', 'administrator', 'auditor'].map(who => `${who}@demo.example`)
  const tokens = people.map(who => house.token(who, working))
  house.token(people[0], 'Spare') // which is there to be revoked
  const log = []
  take(await sqlmap({ base: house.base, document, prefix: '/api/v1', tokens, spared: [working, ...people], seconds: bounds.sqlmap, level: bounds.level, out: join(out, 'sqlmap'), log: text => log.push(text) }))
  writeFileSync(join(out, 'sqlmap.txt'), log.join('\n'))
}

const house = await open()
try {
  if (chosen.includes('slowhttptest')) {
    step('slowhttptest')
    take(await slow(house, 'official@demo.example', bounds.slow, out))
  }
  // As if there were no limits of rates, which would answer in place of what is to be tried.
  await house.serve({ SICRWYDD_RATE_PERSON: '0', SICRWYDD_RATE_ADDRESS: '0' })
  if (chosen.includes('wapiti')) {
    step('wapiti')
    take(await wapiti(house, 'lead@demo.example', bounds.wapiti, bounds.depth, out))
  }
  if (chosen.includes('sqlmap')) {
    step('sqlmap on a program with holes')
    await proveSqlmap()
    step('sqlmap')
    await tryParameters(house)
  }
  if (!house.runs()) findings.push({ tool: 'product', what: 'the program ended' })
} finally {
  writeFileSync(join(out, 'errors.log'), house.errors().join('\n'))
  await house.close()
}
for (const fault of house.errors()) {
  const { msg, route, path, cause, error } = JSON.parse(fault)
  findings.push({ tool: 'product', what: `the log tells of a fault: ${[msg, route ?? path, cause ?? error].filter(Boolean).join(', ')}` })
}

// The summary: what was tried, and what was found by how often.
const counted = new Map()
for (const { tool, what } of findings) {
  const reason = explained.find(e => e.tool === tool && new RegExp(e.finding).test(what))
  const key = reason ? `explained: ${reason.reason}` : `FOUND: ${what}`
  counted.set(`${tool}|${key}`, (counted.get(`${tool}|${key}`) ?? 0) + 1)
}
writeFileSync(join(out, 'findings.json'), JSON.stringify(findings, null, 1))
console.log(['', '| tool | tried | p50 / p99 before, ms | during | reads, failed |', '| --- | --- | --- | --- | --- |',
  ...rows.map(line),
  '', '| tool | times | finding |', '| --- | --- | --- |', ...[...counted].sort().map(([key, n]) => `| ${key.split('|')[0]} | ${n} | ${key.slice(key.indexOf('|') + 1)} |`)].join('\n'))
const unexplained = [...counted.keys()].filter(key => key.includes('|FOUND')).length
console.log(unexplained ? `\n${unexplained} findings are not explained. What the tools said is in tests/security/output.` : '\nNothing was found that is not explained.')
process.exitCode = unexplained ? 1 : 0
