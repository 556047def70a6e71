// wapiti walks through the pages signed in as a supplier's lead, and attacks
// what it finds. Where it wants an address outside that the server might be made
// to ask, it gets one of this machine, and who comes there is a finding.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream, existsSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

// Not: brute_login_form, which the throttle of sign-ins answers; buster, nikto
// wapp, htaccess and shellshock, which look for other people's programs.
const modules = ['backup', 'blindsql', 'cookieflags', 'crlf', 'csp', 'csrf', 'exec', 'file', 'http_headers', 'methods',
  'permanentxss', 'redirect', 'sql', 'ssrf', 'xss', 'xxe']

// What ends the session, or would leave the account in another state.
const excluded = ['/sign-out', '/account/sessions/*', '/account/password', '/account/email', '/password/*',
  // What only takes its time: styles, PDFs, each page again in the other language, each month of the calendar.
  '/assets/*', '*.pdf*', '/*/*lang=*', '/calendar*month=*']

export async function wapiti (house, as, seconds, depth, out) {
  const findings = []
  const visitors = []
  const outside = createServer((request, answer) => {
    if (!/\/get_(ssrf|xxe)/.test(request.url)) visitors.push(request.url)
    answer.setHeader('content-type', 'application/json')
    answer.end('{}')
  }).listen(0, '127.0.0.1')
  await once(outside, 'listening')
  const cookie = await house.signIn(as)
  const report = join(out, 'wapiti.json')
  rmSync(report, { force: true })
  const words = ['-u', `${house.base}/`, '-m', modules.join(','), '-H', `Cookie: ${cookie}`, '-d', String(depth), '--max-links-per-page', '60',
    '--max-scan-time', String(Math.round(seconds * 0.3)), '--max-attack-time', String(Math.round(seconds * 0.7 / modules.length)), '-S', 'normal', '-t', '20',
    '--flush-session', '--store-session', join(out, 'wapiti'), '--store-config', join(out, 'wapiti'), '--no-bugreport', '-v', '1',
    '--endpoint', `http://127.0.0.1:${outside.address().port}/`, '-f', 'json', '-o', report, ...excluded.flatMap(path => ['-x', house.base + path])]
  const tool = spawn('/usr/bin/python3', [fileURLToPath(new URL('wapiti.py', import.meta.url)), ...words], { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, TERM: 'dumb' } })
  const log = createWriteStream(join(out, 'wapiti.log'))
  tool.stdout.pipe(log)
  tool.stderr.pipe(log)
  const late = setTimeout(() => tool.kill('SIGKILL'), 2 * seconds * 1000)
  await once(tool, 'close')
  clearTimeout(late)
  outside.close()
  const there = await fetch(`${house.base}/account`, { headers: { cookie }, redirect: 'manual' })
  if (!there.ok) findings.push({ tool: 'wapiti', what: `its session did not last: ${there.status}` })
  for (const url of new Set(visitors)) findings.push({ tool: 'wapiti', what: `the server was made to ask ${url}` })
  let pages = '?'
  if (existsSync(report)) {
    const found = JSON.parse(readFileSync(report, 'utf8'))
    pages = found.infos.crawled_pages_nbr ?? found.infos.crawled_pages ?? '?'
    for (const kind of ['vulnerabilities', 'anomalies']) {
      for (const [name, cases] of Object.entries(found[kind])) {
        for (const one of cases) findings.push({ tool: 'wapiti', what: `${name}: ${one.method} ${one.path}${one.parameter ? ` ${one.parameter}` : ''}: ${one.info}` })
      }
    }
  } else findings.push({ tool: 'wapiti', what: 'it wrote no report' })
  const said = readFileSync(join(out, 'wapiti.log'), 'utf8')
  const launched = [...said.matchAll(/Launching module (\w+)/g)].length
  const urls = /found (\d+) (?:URLs|pages)|(\d+) URL\(s\)/i.exec(said)
  return { rows: [{ tool: 'wapiti', tried: `as a supplier's lead, depth ${depth}: ${urls?.[1] ?? urls?.[2] ?? pages} pages, ${launched} of ${modules.length} modules` }], findings, launched }
}
