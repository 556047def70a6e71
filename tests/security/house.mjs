// The product with demonstration data on PostgreSQL, each part under its role,
// and people and programs who come to it.
import { execFileSync, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..')
const password = 'tri chynnig i Gymro'

export const freePort = () => new Promise((resolve, reject) => {
  const server = createServer()
  server.on('error', reject)
  server.listen(0, '127.0.0.1', () => { const { port } = server.address(); server.close(() => resolve(port)) })
})

// cluster gives the address of a database of the temporary cluster, as a role.
export function cluster (database, role = 'sicrwydd') {
  const at = new URL(process.env.SICRWYDD_TEST_DATABASE_URL)
  at.pathname = `/${database}`
  at.username = role
  return at.href
}

export const sql = (database, statement) => execFileSync('psql', ['-qAtX', '-v', 'ON_ERROR_STOP=1', '-c', statement, cluster(database)], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })

// open migrates a database of its own and serves the demonstration from it;
// serve again, with other settings, after stop.
export async function open () {
  const program = process.env.SICRWYDD_PROGRAM ?? join(root, 'sicrwydd')
  const folder = mkdtempSync(join(tmpdir(), 'sicrwydd-security-'))
  sql('postgres', 'CREATE DATABASE security OWNER sicrwydd_owner')
  const address = `127.0.0.1:${await freePort()}`
  const environment = {
    PATH: process.env.PATH, HOME: folder, SICRWYDD_ADDR: address, SICRWYDD_DATA: join(folder, 'data'),
    SICRWYDD_SECRET_KEY: randomBytes(32).toString('hex'), DATABASE_URL: cluster('security', 'sicrwydd_application'),
    SICRWYDD_MIGRATE_DATABASE_URL: cluster('security', 'sicrwydd_owner'),
    SICRWYDD_SUPPLIER_DATABASE_URL: cluster('security', 'sicrwydd_supplier'), SICRWYDD_SEALER_DATABASE_URL: cluster('security', 'sicrwydd_sealer')
  }
  const command = (...words) => execFileSync(program, words, { cwd: folder, env: environment, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
  command('migrate')
  let server
  let log = ''
  const house = {
    base: `http://${address}`,
    address,
    // errors are the lines of the log that tell of faults of the program.
    errors: () => log.split('\n').filter(line => line.includes('"level":"ERROR"')),
    // memory is the most that the program held since its start, in MB.
    memory: () => Math.round(Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${server.pid}/status`, 'utf8'))[1]) / 1024),
    runs: () => server.exitCode === null,
    token: (email, name) => command('token', 'create', '--email', email, '--name', name, '--expires', '24h').trim().split(/\s+/).pop(),
    async serve (settings = {}) {
      server = spawn(program, ['serve', '--demo'], { cwd: folder, env: { ...environment, ...settings }, stdio: ['ignore', 'ignore', 'pipe'] })
      server.stderr.on('data', chunk => { log += chunk })
      for (let tries = 0; ; tries++) {
        try { if ((await fetch(`${house.base}/readyz`)).ok) return } catch { /* not listening yet */ }
        if (tries > 900 || server.exitCode !== null) throw new Error(`the product does not answer:\n${log.slice(-4000)}`)
        await new Promise(resolve => setTimeout(resolve, 200))
      }
    },
    async stop () {
      if (server?.exitCode !== null) return
      server.kill('SIGTERM')
      const late = setTimeout(() => server.kill('SIGKILL'), 40_000)
      await new Promise(resolve => server.on('exit', resolve))
      clearTimeout(late)
    },
    async close () {
      await house.stop()
      rmSync(folder, { recursive: true, force: true })
    },
    // signIn gives the cookies of one who has signed in.
    async signIn (email) {
      const jar = new Map()
      const ask = async (path, form) => {
        const answer = await fetch(house.base + path, {
          method: form ? 'POST' : 'GET', redirect: 'manual', body: form && new URLSearchParams(form),
          headers: { cookie: [...jar].map(pair => pair.join('=')).join('; '), origin: house.base }
        })
        for (const cookie of answer.headers.getSetCookie()) jar.set(...cookie.split(';')[0].split(/=(.*)/).slice(0, 2))
        return answer
      }
      const page = await (await ask('/sign-in?lang=en')).text()
      await ask('/sign-in', { _csrf: /name="_csrf" value="([^"]+)"/.exec(page)[1], email, password })
      const cookies = [...jar].map(pair => pair.join('=')).join('; ')
      const there = await fetch(`${house.base}/account`, { headers: { cookie: cookies }, redirect: 'manual' })
      if (!there.ok) throw new Error(`${email} could not sign in: ${there.status}`)
      return cookies
    }
  }
  return house
}
