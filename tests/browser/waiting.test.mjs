// What is typed is not lost: over a lost connection, a reload, another's
// answer, the end of a session; files are sent one by one, and nothing twice.
import { test, before, after } from 'node:test'
import assert from 'node:assert/strict'
import { open, Reader, password } from './house.mjs'
import { pages, visit } from './pages.mjs'

let house
before(async () => { house = await open() }, { timeout: 240_000 })
after(async () => { await house?.close() })

const words = {
  en: { waiting: /kept in this browser/, saved: 'Saved', again: /not been saved/, here: 'Typed in this browser and not yet saved', changed: /changed since you opened/ },
  cy: { waiting: /aros yn y porwr hwn/, saved: 'Cadwyd', again: /wedi'i gadw/, here: 'Teipiwyd yn y porwr hwn a heb ei gadw eto', changed: /Newidiwyd yr ateb hwn ers/ }
}
const kept = page => page.evaluate(() => Object.keys(localStorage).filter(key => key.startsWith('typed ')).length)
const state = (page, text) => page.waitForFunction(([source]) => new RegExp(source).test(document.getElementById('save-state').textContent), [text.source ?? `^${text}$`])
const saved = (page, lang) => state(page, words[lang].saved)
const way = pages.find(p => p.route === '/reviews/:id/questions/:key').way

// ask opens a question as a person who answers.
async function ask (lang, as = 'lead@demo.example') {
  const r = await Reader.come(house, { lang })
  await r.signIn(as)
  await visit(r.page, house.base, way, lang)
  return r
}

async function done (...readers) {
  for (const r of readers) {
    assert.deepEqual(r.problems.filter(problem => !/^htmx:(afterRequest|sendError)|^Response Status Error Code (401|403)/.test(problem)), [])
    await r.context.close()
  }
  assert.deepEqual(house.errors(), [])
}

for (const lang of ['en', 'cy']) {
  test(`what is typed waits for the connection, in ${lang}`, { timeout: 120_000 }, async () => {
    const r = await ask(lang)
    const { page } = r
    const address = page.url()
    const mark = `Offline ${lang} ${Date.now()}`
    await page.fill('#comment', `First ${mark}`)
    await page.locator('h1').click()
    await saved(page, lang)
    assert.equal(await kept(page), 0, 'what is saved is not kept in the browser')

    await r.context.setOffline(true)
    await page.fill('#comment', mark)
    await page.locator('h1').click()
    await state(page, words[lang].waiting)
    await page.locator('main button[name=then][value=next]').click()
    assert.equal(page.url(), address, 'the page stays without a connection')
    assert.equal(await kept(page), 1)
    await r.look('a question without a connection')
    await r.context.setOffline(false)
    await saved(page, lang)
    await page.waitForFunction(() => Object.keys(localStorage).every(key => !key.startsWith('typed ')))

    // Over leaving the page; the list of the section says where something waits.
    await page.fill('#comment', `Left ${mark}`) // and never left the field
    await page.goto(`${house.base}${new URL(address).pathname.replace(/\/questions.*/, '')}`)
    await page.locator('#sections a').first().click()
    await page.waitForSelector('#questions')
    assert.equal(await page.getByText(words[lang].here).count(), 1)
    await r.look('a section where an answer waits')
    await page.goto(address)
    await saved(page, lang)
    assert.equal(await page.inputValue('#comment'), `Left ${mark}`)
    assert.equal(await kept(page), 0)
    await page.reload()
    assert.equal(await page.inputValue('#comment'), `Left ${mark}`)

    // Signing out takes everything away.
    await page.route('**/questions/**', route => route.request().method() === 'POST' ? route.abort() : route.continue())
    await page.fill('#comment', 'On a shared computer')
    await page.locator('h1').click()
    await state(page, words[lang].waiting)
    assert.equal(await kept(page), 1)
    await r.press('form[action="/sign-out"] button')
    assert.equal(await kept(page), 0)
    await done(r)
  })

  test(`another's newer answer is not overwritten unasked, in ${lang}`, { timeout: 120_000 }, async () => {
    const [mine, theirs] = [await ask(lang), await ask(lang)]
    await mine.page.route('**/questions/**', route => route.request().method() === 'POST' ? route.abort() : route.continue())
    await mine.page.fill('#comment', `Mine ${lang}`)
    await mine.page.locator('h1').click()
    await state(mine.page, words[lang].waiting)
    await theirs.page.fill('#comment', `Theirs ${lang}`)
    await theirs.page.locator('h1').click()
    await saved(theirs.page, lang)

    // On the page that is open, the service tells; nothing is written.
    await mine.page.unroute('**/questions/**')
    await mine.page.locator('#autosave [name=over]').waitFor({ timeout: 20_000 })
    assert.match(await mine.page.textContent('#autosave'), words[lang].changed)
    assert.match(await mine.page.textContent('#autosave'), new RegExp(`Theirs ${lang}`))
    assert.equal(await mine.page.inputValue('#comment'), `Mine ${lang}`)
    await mine.look('an answer changed meanwhile')

    // On a page that is opened again, the browser asks.
    await mine.page.reload()
    await mine.page.waitForSelector('#keep-ask:not([hidden])')
    assert.equal(await mine.page.inputValue('#comment'), `Theirs ${lang}`)
    assert.match(await mine.page.textContent('#keep-typed'), new RegExp(`Mine ${lang}`))
    await mine.look('typed here and not yet saved')
    await mine.page.click('[data-keep-use]')
    await saved(mine.page, lang)
    await theirs.page.reload()
    assert.equal(await theirs.page.inputValue('#comment'), `Mine ${lang}`)
    assert.equal(await kept(mine.page), 0)
    await done(mine, theirs)
  })
}

for (const lang of ['en', 'cy']) {
  test(`the end of a session loses nothing, in ${lang}`, { timeout: 120_000 }, async () => {
    // With scripts: it waits in the browser, and is saved after signing in.
    const r = await ask(lang)
    const { page } = r
    await r.context.clearCookies()
    await page.fill('#comment', `Session ${lang}`)
    await page.locator('h1').click()
    await page.locator('#keep-ended:not([hidden]) a').waitFor()
    await r.look('a question after the session')
    await r.press('#keep-ended a')
    await signInHere(page, 'lead@demo.example')
    await saved(page, lang)
    assert.equal(await page.inputValue('#comment'), `Session ${lang}`)
    assert.equal(await kept(page), 0)

    // Without: the page to sign in carries it, and the reader sends it.
    const plain = await Reader.come(house, { lang, scripts: false })
    await plain.signIn('lead@demo.example')
    await visit(plain.page, house.base, way, lang)
    const address = plain.page.url()
    await plain.page.fill('#comment', `Carried ${lang}`)
    await plain.context.clearCookies()
    await plain.press('main button[name=then][value=tasks]')
    if (lang === 'cy') await plain.press('.app-language button')
    await plain.look('/sign-in with a form')
    assert.equal(await plain.page.locator('html').getAttribute('lang'), lang)
    await signInHere(plain.page, 'lead@demo.example')
    await plain.look('typed before')
    assert.match(await plain.page.textContent('main'), new RegExp(`Carried ${lang}`))
    await plain.press('main form:not(#switch) button')
    await plain.page.goto(address)
    assert.equal(await plain.page.inputValue('#comment'), `Carried ${lang}`)
    await done(r, plain)
  })
}

async function signInHere (page, email) {
  await page.fill('#email', email)
  await page.fill('#password', password)
  await Promise.all([page.waitForNavigation(), page.click('main form[action="/sign-in"] button[type=submit]')])
}

for (const lang of ['en', 'cy']) {
  test(`a double click acts once, in ${lang}`, { timeout: 60_000 }, async () => {
    const r = await ask(lang)
    const { page } = r
    const address = page.url()
    const posts = []
    page.on('request', request => { if (request.method() === 'POST') posts.push(new URL(request.url()).pathname) })
    const twice = selector => Promise.all([page.waitForNavigation(), page.locator(selector).dblclick()])
    await page.fill('#comment', `Twice ${lang}`)
    await twice('main button[name=then][value=tasks]')
    const form = new URL(address).pathname
    assert.ok(posts.filter(path => path === form).length <= 2, 'once as it is left, once as the form is sent')
    await page.goto(`${house.base}${form.replace(/\/questions.*/, '/messages')}`)
    await page.fill('[name=text]', `Twice ${lang}`)
    posts.length = 0
    await twice('form[action$="/messages"] button[type=submit]')
    assert.equal(posts.length, 1)
    assert.equal(await page.locator('.app-text', { hasText: `Twice ${lang}` }).count(), 1)
    await done(r)
  })
}

const files = {
  en: { large: 'The file must be smaller than 25 MB', type: /must be a PDF/, cancelled: /not uploaded/, done: 'Uploaded' },
  cy: { large: /25 MB/, type: /fod yn PDF/, cancelled: /heb ei huwchlwytho/, done: 'Uwchlwythwyd' }
}

for (const lang of ['en', 'cy']) {
  test(`several files are dropped, each with its own fate, in ${lang}`, { timeout: 120_000 }, async () => {
    const r = await ask(lang)
    const { page } = r
    const drop = made => page.evaluate(made => {
      const dropped = new DataTransfer()
      for (const [name, size] of made) dropped.items.add(new File(['What shows it. '.repeat(Math.ceil(size / 15)).slice(0, size)], name, { type: 'text/plain' }))
      const zone = document.getElementById('file')
      for (const type of ['dragenter', 'dragover', 'drop']) zone.dispatchEvent(new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer: dropped }))
    }, made)
    const fate = async (name, what) => {
      const row = page.locator('.app-uploads li', { hasText: name })
      await row.filter({ hasText: what }).waitFor({ timeout: 30_000 })
      return row
    }
    // While one is sent, the next can be cancelled: the first is held up.
    let go
    const held = new Promise(resolve => { go = resolve })
    await page.route('**/evidence', async route => { await held; await route.continue() }, { times: 1 })
    await drop([[`one-${lang}.txt`, 30], [`two-${lang}.txt`, 30], [`large-${lang}.txt`, 40 << 20], [`wrong-${lang}.exe`, 30], [`three-${lang}.txt`, 300_000]])
    await page.locator('main button[formaction$="/evidence"]').click()
    await page.locator('main button[formaction$="/evidence"]').dblclick() // while they are sent, nothing happens
    await page.getByRole('button', { name: `two-${lang}.txt` }).click()
    await r.look('files on their way')
    go()
    await fate(`two-${lang}`, files[lang].cancelled)
    await fate(`large-${lang}`, files[lang].large)
    await fate(`wrong-${lang}`, files[lang].type)
    const three = await fate(`three-${lang}`, files[lang].done)
    assert.equal(await three.locator('progress').evaluate(bar => bar.value), 100)
    for (const [name, there] of [['one', 1], ['two', 0], ['large', 0], ['wrong', 0], ['three', 1]]) {
      assert.equal(await page.locator('#evidence a', { hasText: `${name}-${lang}` }).count(), there, name)
    }
    await r.look('files and their fates')

    // A lost connection is said, and the same button sends it again.
    await page.route('**/evidence', route => route.abort(), { times: 1 })
    await drop([[`four-${lang}.txt`, 30]])
    await page.locator('main button[formaction$="/evidence"]').click()
    await page.locator('.app-uploads .app-uploads--failed').waitFor()
    await page.locator('main button[formaction$="/evidence"]').click()
    await fate(`four-${lang}`, files[lang].done)
    assert.equal(await page.locator('#evidence a', { hasText: `four-${lang}` }).count(), 1)

    // Save and continue sends what was chosen, and goes on.
    await page.setInputFiles('#file-input', [{ name: `five-${lang}.txt`, mimeType: 'text/plain', buffer: Buffer.from('What shows it.') }])
    const address = page.url()
    await Promise.all([page.waitForURL(url => url.href !== address), page.locator('main button[name=then][value=tasks]').dblclick()])
    await page.goto(address)
    assert.equal(await page.locator('#evidence a', { hasText: `five-${lang}` }).count(), 1)
    await done(r)
  })
}
