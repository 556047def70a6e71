// A running product with demonstration data, and a browser to use it with.
import { spawn, execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readdirSync, renameSync, rmSync, mkdirSync, readFileSync } from 'node:fs'
import { createHmac } from 'node:crypto'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createRequire } from 'node:module'
import { chromium } from 'playwright-core'

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..')
const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
export const password = 'tri chynnig i Gymro'
export const screenshots = join(root, 'tests', 'browser', 'screenshots')

// totp gives the code that an authenticator app shows now (RFC 6238), so many
// periods of 30 seconds from now.
export function totp(key, periods = 0) {
  const bits = [...key].map(c => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(c).toString(2).padStart(5, '0')).join('')
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30000) + periods))
  const hash = createHmac('sha1', Buffer.from(bits.match(/.{8}/g).map(byte => parseInt(byte, 2)))).update(counter).digest()
  const at = hash[19] & 15
  return String((hash.readUInt32BE(at) & 0x7fffffff) % 1e6).padStart(6, '0')
}

export const freePort = () => new Promise((resolve, reject) => {
  const server = createServer()
  server.on('error', reject)
  server.listen(0, '127.0.0.1', () => { const { port } = server.address(); server.close(() => resolve(port)) })
})

// The demonstration is loaded once for all the files of a run, by the first that
// comes, and copied: that is the data folder of its server, as it was before
// anybody came.
const furnished = join(tmpdir(), `sicrwydd-furnished-${process.ppid}`)

async function furnish(data, serve) {
  for (const old of readdirSync(tmpdir()).filter(name => name.startsWith('sicrwydd-furnished-'))) {
    try { process.kill(parseInt(old.split('-').pop()), 0) } catch { rmSync(join(tmpdir(), old), { recursive: true, force: true }) }
  }
  try {
    mkdirSync(`${furnished}.made`)
  } catch {
    for (let tries = 0; !existsSync(furnished); tries++) {
      if (tries > 1200) throw new Error('the demonstration was not loaded')
      await new Promise(resolve => setTimeout(resolve, 200))
    }
    cpSync(furnished, data, { recursive: true })
    return
  }
  const server = await serve()
  server.kill('SIGTERM')
  await new Promise(resolve => server.on('exit', resolve))
  cpSync(data, `${furnished}.new`, { recursive: true })
  renameSync(`${furnished}.new`, furnished)
}

// open starts the product in a folder of its own and a browser; with a name,
// people reach it by that, and settings are added to its own.
export async function open({ name, settings = {} } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'sicrwydd-'))
  const program = join(folder, 'sicrwydd')
  execFileSync('go', ['build', '-o', program, './app'], { cwd: root, env: { ...process.env, CGO_ENABLED: '0' }, stdio: 'inherit' })
  const address = `127.0.0.1:${await freePort()}`
  const base = `http://${name ? address.replace('127.0.0.1', name) : address}`
  if (name) settings.SICRWYDD_PUBLIC_URL = base
  const data = join(folder, 'data')
  let log = ''
  const serve = async () => {
    const server = spawn(program, ['serve', '--demo'], {
      cwd: folder, stdio: ['ignore', 'ignore', 'pipe'],
      env: { PATH: process.env.PATH, HOME: folder, SICRWYDD_ADDR: address, SICRWYDD_DATA: data, ...settings },
    })
    server.stderr.on('data', chunk => { log += chunk })
    for (let tries = 0; ; tries++) {
      try { if ((await fetch(`${base}/readyz`)).ok) return server } catch { /* not listening yet */ }
      if (tries > 600 || server.exitCode !== null) throw new Error(`the server does not answer:\n${log}`)
      await new Promise(resolve => setTimeout(resolve, 200))
    }
  }
  await furnish(data, serve)
  const server = await serve()
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'] })
  mkdirSync(screenshots, { recursive: true })
  return { base, browser, errors: () => log.split('\n').filter(line => line.includes('"level":"ERROR"')),
    async close() {
      await browser.close()
      server.kill('SIGTERM')
      await new Promise(resolve => server.on('exit', resolve))
      rmSync(folder, { recursive: true, force: true })
    } }
}

// Reader is one person at one browser. Where scripts are off, axe runs on the
// same page in a context where it can, without the page's own scripts.
export class Reader {
  static async come(house, { lang = 'en', scripts = true } = {}) {
    const reader = new Reader()
    reader.house = house
    reader.lang = lang
    reader.scripts = scripts
    reader.context = await house.browser.newContext({ javaScriptEnabled: scripts, viewport: { width: 1280, height: 900 }, acceptDownloads: true })
    reader.page = await reader.context.newPage()
    reader.seen = []
    reader.problems = []
    reader.page.on('pageerror', error => reader.problems.push(String(error)))
    reader.page.on('console', message => {
      const text = message.text()
      if (message.type() === 'error' && !text.includes('Failed to load resource')) reader.problems.push(`${text} (${reader.page.url()}, ${message.location().url}:${message.location().lineNumber})`)
    })
    return reader
  }

  // go opens a page and looks at it.
  async go(path) {
    const answer = await this.page.goto(this.house.base + path)
    await this.look(path)
    return answer
  }

  // prove shows the second factor on the page that asks for it: an app is set
  // up the first time, a recovery code used after that.
  async prove(email, { looks = true } = {}) {
    const look = name => looks && this.look(name)
    const codes = this.house.recovery ??= new Map()
    const key = this.page.locator('main .app-qr')
    if (await key.count()) {
      await look('/sign-in/code set up')
      await this.page.fill('#code', totp((await this.page.locator('main p.app-code').textContent()).replaceAll(' ', '')))
      await this.press('main form[action="/sign-in/code"] button')
      await look('recovery codes')
      codes.set(email, await this.page.locator('main ul.app-code li').allTextContents())
      await this.press('main .nhsuk-button')
      return
    }
    await look('/sign-in/code')
    await this.page.fill('#code', codes.get(email).shift())
    await this.press('main form[action="/sign-in/code"] button')
  }

  async signIn(email) {
    await this.page.context().clearCookies()
    await this.page.goto(`${this.house.base}/sign-in?lang=${this.lang}`)
    await this.look('/sign-in')
    await this.page.fill('#email', email)
    await this.page.fill('#password', password)
    await this.press('form[action="/sign-in"] button[type=submit]')
    if (this.page.url().includes('/sign-in/code')) await this.prove(email)
    await this.page.goto(`${this.house.base}/?lang=${this.lang}`)
    await this.look('/')
  }

  async press(selector) {
    await Promise.all([this.page.waitForLoadState('load'), this.page.locator(selector).first().click()])
    await this.page.waitForLoadState('load')
  }

  // look runs axe on the page as it is.
  async look(name) {
    const address = this.page.url()
    let page = this.page
    if (!this.scripts) {
      const html = (await this.page.content()).replace(/<script[^>]*>\s*<\/script>/g, '')
      this.helper ??= await this.house.browser.newContext()
      page = await this.helper.newPage()
      await page.setViewportSize(this.page.viewportSize())
      await page.route(url => url.href === address, route => route.fulfill({ contentType: 'text/html; charset=utf-8', body: html }))
      await page.goto(address)
    }
    await page.evaluate(axeSource)
    const { violations } = await page.evaluate(() => window.axe.run({ resultTypes: ['violations'] }))
    if (page !== this.page) await page.close()
    this.seen.push(name)
    for (const v of violations) {
      // The design system's own script names its file button after label and status; axe compares with the status alone.
      if (v.id === 'label-content-name-mismatch' && v.nodes.every(n => n.target.join(' ') === '#file')) continue
      this.problems.push(`${name} (${this.lang}): axe ${v.id}: ${v.nodes.map(n => n.target.join(' ')).slice(0, 3).join(' | ')}`)
    }
  }

  // lookBoth runs axe at desktop and at phone width, where nothing is wider
  // than the screen either, and leaves the width as it was.
  async lookBoth(name) {
    const before = this.page.viewportSize()
    for (const [width, height] of [[1280, 900], [375, 800]]) {
      await this.page.setViewportSize({ width, height })
      await this.page.waitForTimeout(100) // the menu measures itself anew
      await this.look(`${name} at ${width}`)
      const wide = await this.page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
      if (wide > 0) this.problems.push(`${name} (${this.lang}): ${wide} px wider than a screen of ${width}`)
    }
    await this.page.setViewportSize(before)
  }

  // picture keeps how the page looks at desktop and phone width.
  async picture(name) {
    for (const width of [1280, 375]) {
      await this.page.setViewportSize({ width, height: 900 })
      await this.page.screenshot({ path: join(screenshots, `${name}-${this.lang}-${width}.png`), fullPage: true })
    }
    await this.page.setViewportSize({ width: 1280, height: 900 })
  }
}
