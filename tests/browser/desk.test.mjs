// The official's desk and the board's pack: what a national official, the
// official of an organisation, its SIRO, its board's secretary and a member do
// with the portfolio; in English with scripts, in Welsh without, each in a
// house of its own. What they meet is looked at at desktop and phone width.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { open, Reader, password } from './house.mjs'
import { fillDay, future, invitation, signIn } from './acts.mjs'

const worlds = [
  { lang: 'en', scripts: true, own: 'Cardiff and Vale University Health Board', siros: 'Digital Health and Care Wales' },
  { lang: 'cy', scripts: false, own: "Bwrdd Iechyd Prifysgol Caerdydd a'r Fro", siros: 'Iechyd a Gofal Digidol Cymru' }
]

// digits is the number in a text, however it is grouped.
const digits = text => Number(text.replace(/\D/g, ''))

for (const { lang, scripts, own, siros } of worlds) {
  test(`the desk and the pack, in ${lang}`, { timeout: 600_000 }, async t => {
    const house = await open()
    t.after(() => house.close())
    const r = await Reader.come(house, { lang, scripts })
    const { page } = r
    const enter = who => signIn(r, who.includes('@') ? who : `${who}@demo.example`)
    const visit = async path => assert.equal((await page.goto(house.base + path)).status(), 200, path)
    const path = () => new URL(page.url()).pathname
    const send = (action, more = '') => r.press(`main form[action="${action}"] button[type=submit]${more}`)
    const told = async text => assert.match(await page.textContent('main'), text)
    const done = () => page.locator('.nhsuk-notification-banner').waitFor()
    // take fetches what a link leads to, as the signed-in reader.
    const take = async link => {
      const answer = await r.context.request.get(new URL(await link.getAttribute('href'), page.url()).href)
      assert.equal(answer.status(), 200)
      return answer.body()
    }
    // made waits for what is made in the background: the page tells by itself
    // where scripts run, and on being opened again where they do not.
    const made = async selector => {
      for (let tries = 0; !scripts && tries < 60 && await page.locator(selector).count() === 0; tries++) {
        await page.waitForTimeout(500)
        await page.reload()
      }
      await page.locator(selector).first().waitFor()
    }
    // A step that fails leaves nothing for the next to stand on.
    let broken = false
    const step = (name, live) => t.test(name, { skip: broken }, async () => {
      broken = true
      await live()
      assert.deepEqual(r.problems.splice(0), [])
      broken = false
    })
    const kept = {}

    await step('the national official goes from a figure to its list, and from a pile to the next step', async () => {
      await enter('national')
      await visit('/dashboard')
      await r.lookBoth('the dashboard')
      const figure = page.locator('.app-figure[href="/systems?status=live"]')
      kept.systems = digits(await figure.locator('strong').textContent())
      assert.ok(kept.systems > 10)
      await r.press('.app-figure[href="/systems?status=live"]')
      assert.equal(digits(await page.textContent('main caption')), kept.systems)
      await visit('/')
      await r.lookBoth('the work list')
      // What falls due is planned by a job, which may not have run yet.
      const toIssue = 'main a[href="/work/review_to_issue"]'
      for (let tries = 0; tries < 120 && await page.locator(toIssue).count() === 0; tries++) {
        await page.waitForTimeout(500)
        await page.reload()
      }
      await r.press(toIssue)
      await r.lookBoth('a pile')
      await r.press('.app-pile .nhsuk-button')
      assert.match(path(), /^\/reviews\/[0-9a-f-]{36}\/issue$/)
      assert.equal(await page.locator('#respondents-0-email').count(), 1)
    })

    await step('filters, sorts and searches lists, keeps a view, takes a file', async () => {
      await visit('/suppliers')
      await page.fill('#filter-q', 'LLYN learning')
      await r.press('.app-filter button')
      assert.equal(await page.locator('main tbody tr').count(), 1)
      await told(/Llŷn Learning Platforms/)
      await visit('/systems')
      await page.selectOption('#filter-tier', '1')
      await page.selectOption('#filter-rating', 'unsatisfactory')
      await r.press('.app-filter button')
      await r.press('main thead a[href*="sort="]')
      assert.equal(await page.locator('main th[aria-sort$=ending]').count(), 1)
      const names = await page.locator('main tbody th a').allTextContents()
      assert.ok(names.length > 1)
      await r.press('main th[aria-sort$=ending] a')
      assert.deepEqual(await page.locator('main tbody th a').allTextContents(), names.toReversed())
      await page.locator('#views summary').click()
      await page.fill('#name', `Vital ${lang}`)
      await r.lookBoth('a list')
      await send('/views')
      await done()
      await visit('/systems')
      await page.locator('#views summary').click()
      await r.press(`#views a:has-text("Vital ${lang}")`)
      assert.equal(new URL(page.url()).searchParams.get('tier'), '1')
      const csv = String(await take(page.locator('main a[href*="systems.csv"]')))
      assert.equal(csv.trim().split('\n').length, names.length + 1)
      for (const name of names) assert.ok(csv.includes(name), name)
    })

    await step('plans together with a preview, and stops it', async () => {
      await visit('/work/review_due')
      await page.check('.app-pile input[name=pair] >> nth=0')
      await r.press('form[action="/reviews/bulk/preview"] button')
      await r.lookBoth('a preview')
      assert.equal(await page.locator('main input[name=group]').count(), 1)
      await page.fill('[name$="respondents/0/name"]', 'Person y Ddesg')
      await page.fill('[name$="respondents/0/email"]', `desg@desg-${lang}.example`)
      await page.check('[name$="lead_confirmed"]')
      await r.press('main button[name=then][value=issue]')
      assert.match(path(), /^\/reviews\/bulk\/[0-9a-f-]{36}$/)
      await r.lookBoth('reviews that wait to be issued')
      await send(`${path()}/stop`)
      await done()
      assert.equal(await page.locator('form[action$="/stop"]').count(), 0)
      await r.press('main tbody a')
      assert.equal(await page.locator('form[action$="/reminders"]').count(), 0, 'nobody was asked')
    })

    await step('reads the calendar, makes a feed and revokes it', async () => {
      await visit('/calendar')
      await r.lookBoth('the calendar')
      await send('/calendar/feeds')
      const address = (await page.textContent('main code')).trim()
      const feed = await fetch(address)
      assert.equal(feed.status, 200)
      const text = await feed.text()
      assert.match(text, /^BEGIN:VCALENDAR\r\n/)
      assert.doesNotMatch(text, /fictitious|ffug/, 'titles are neutral')
      await r.lookBoth('the calendar with a feed')
      await r.press('form[action^="/calendar/feeds/"] button')
      await done()
      assert.equal((await fetch(address)).status, 404)
    })

    await step('brings a list: tried, applied, undone', async () => {
      await visit('/imports')
      await r.lookBoth('imports')
      const heading = lang === 'cy' ? 'Enw (Saesneg),Enw (Cymraeg),Sefydliad lletyol,Cyflenwr,Rhan' : 'Name (English),Name (Welsh),Hosting organisation,Supplier,Part'
      await page.setInputFiles('main input[type=file]', { name: 'rhestr.csv', mimeType: 'text/csv',
        buffer: Buffer.from(`${heading}\nDesk letters,Llythyrau desg,${own},Afon Cloud Ltd (fictitious),${lang === 'cy' ? 'Lletya' : 'Hosts'}\nDesk lists,Rhestrau desg,Nowhere,Afon Cloud Ltd (fictitious),\n`) })
      await send('/imports')
      await made('form[action$="/apply"]')
      await r.lookBoth('an import that is tried')
      const tried = path()
      await visit('/systems?q=desk+letters')
      assert.equal(await page.locator('main tbody tr').count(), 0, 'a dry run enters nothing')
      await visit(tried)
      await send(`${tried}/apply`)
      await made('form[action$="/undo"]')
      await r.lookBoth('an import that is applied')
      await visit('/systems?q=desk+letters')
      assert.equal(await page.locator('main tbody tr').count(), 1)
      await visit(tried)
      await send(`${tried}/undo`)
      await made('#import-state:not(:has(progress, form[action$="/undo"]))')
      await visit('/systems?q=desk+letters')
      assert.equal(await page.locator('main tbody tr').count(), 0)
    })

    await step('begins a programme, chooses its systems, sees how far it is', async () => {
      await visit('/programmes/new')
      await page.fill('[name="title.en"]', `Round ${lang}`)
      await page.fill('[name="title.cy"]', `Rownd ${lang}`)
      await fillDay(page, 'starts_on', { day: '1', month: '1', year: '2026' })
      await fillDay(page, 'ends_on', future)
      await r.lookBoth('a new programme')
      await send('/programmes')
      const programme = path().replace('/systems', '')
      await visit(`${programme}/systems?rating=substantial`)
      await r.lookBoth('the systems of a programme')
      for (const n of [0, 1]) await page.check(`main tbody input[name=system_ids] >> nth=${n}`)
      await r.press('main form[method=post] button[type=submit]')
      await visit(programme)
      await r.lookBoth('a programme')
      assert.match(await page.textContent('main dd strong'), /\b[0-2]\D+2\b/)
      assert.equal(await page.locator('main figure svg, main .app-scroll svg').count() > 0, true)
    })

    await step('goes from the register to a risk, and sets a tier by hand with a reason', async () => {
      await visit('/risk?tier=1')
      await r.lookBoth('the register')
      await r.press('main tbody th a[href$="/risk"]')
      await r.lookBoth('a risk')
      const system = path().replace('/risk', '')
      await visit(`${system}/edit`)
      await page.getByLabel(own, { exact: true }).check() // it is to confirm that
      await page.selectOption('[name="tier_override.tier"]', '2')
      await send(system)
      assert.match(await page.title(), /^(Error|Gwall):/)
      assert.equal(await page.locator('.nhsuk-error-summary a[href="#tier_override-reason"]').count(), 1)
      await r.lookBoth('a tier without its reason')
      assert.equal(await page.inputValue('[name="tier_override.tier"]'), '2')
      await page.fill('[name="tier_override.reason"]', `Replaced in March ${lang}`)
      await send(system)
      await done()
      await told(new RegExp(`Replaced in March ${lang}`))
      await visit(`${system}/edit`) // a change of something else leaves it
      assert.equal(await page.inputValue('[name="tier_override.reason"]'), `Replaced in March ${lang}`)
      await send(system)
      await visit(`${system}/risk`)
      await told(new RegExp(`Replaced in March ${lang}`))
    })

    await step('sees concentration, and who is hit', async () => {
      await visit('/concentration')
      await r.lookBoth('concentration')
      await r.press('main a[href$="/who-is-hit"]')
      await r.lookBoth('who is hit')
      assert.ok(await page.locator('main table tbody tr').count() > 0)
      const pdf = await take(page.locator('main a[href*="who-is-hit.pdf"]'))
      assert.equal(pdf.subarray(0, 5).toString(), '%PDF-')
    })

    await step('has a pack made for a group, and publishes it with a note', async () => {
      await visit('/reports/new')
      await page.selectOption('#scope', { index: 1 })
      await r.lookBoth('asking for a pack')
      await fillDay(page, 'meeting_on', future)
      await r.press('main form[action="/reports"] button[type=submit]')
      kept.pack = path()
      await made('form[action$="/publish"]')
      await r.lookBoth('a pack that is made')
      await page.fill('[name="note.en"]', 'First the extreme risks.')
      await page.fill('[name="note.cy"]', 'Y risgiau eithafol yn gyntaf.')
      await page.check('[name=access][value=private]')
      await send(`${kept.pack}/publish`)
      await done()
      await told(lang === 'cy' ? /Y risgiau eithafol yn gyntaf/ : /First the extreme risks/)
      await visit(`${kept.pack}?lang=${lang === 'cy' ? 'en' : 'cy'}`)
      await told(lang === 'cy' ? /First the extreme risks/ : /Y risgiau eithafol yn gyntaf/)
    })

    await step('the SIRO reads two minutes, relies with a condition and its day, proposes to accept a risk', async () => {
      await enter('approver')
      await r.press('main a[href$="/sign-off"]')
      await r.lookBoth('two minutes')
      const review = path().replace('/sign-off', '')
      assert.ok(await page.locator('main h2').count() > 4)
      await page.check('[name=decision][value=rely_with_conditions]')
      await page.fill('[name="conditions.0.en"]', 'Test the restore.')
      await page.fill('[name="conditions.0.cy"]', 'Profi\'r adfer.')
      await fillDay(page, 'conditions/0/due_on', { day: '30', month: '6', year: String(new Date().getFullYear() + 1) })
      await send(`${review}/sign-off`)
      await done()
      await r.lookBoth('a review that is signed off')
      await visit(`${review}/report`)
      await told(lang === 'cy' ? /Profi'r adfer/ : /Test the restore/)
      await told(lang === 'cy' ? /30 Mehefin/ : /30 June/)
      await visit('/risk?accepted=none&level=extreme')
      await page.selectOption('#filter-host', { label: siros })
      await r.press('.app-filter button')
      await r.press('main tbody th a[href$="/risk"]')
      kept.risk = path()
      const action = kept.risk
      await page.fill('[name="reason.en"]', 'It is replaced next year.')
      await page.fill('[name="reason.cy"]', 'Bydd un arall yn ei lle y flwyddyn nesaf.')
      const until = new Date(Date.now() + 90 * 864e5)
      await fillDay(page, 'until_on', { day: String(until.getDate()), month: String(until.getMonth() + 1), year: String(until.getFullYear()) })
      await send(action)
      await done()
      assert.equal(await page.locator('form[action$="/agree"]').count(), 0, 'a second person agrees')
      await r.lookBoth('a risk proposed for acceptance')
    })

    // official makes an official of an organisation, and signs in as that one.
    const official = async (organisation, email) => {
      await enter('administrator')
      await visit('/users/invite')
      await page.fill('#name', 'Swyddog y Sefydliad')
      await page.fill('#email', email)
      await page.check(`[name=language][value=${lang}]`)
      await page.check('[name=roles][value=official]')
      await page.selectOption('[name=place]', { label: organisation })
      await send('/users/invite')
      await done()
      const link = await invitation(r, email)
      await page.context().clearCookies()
      await page.goto(`${link}?lang=${lang}`)
      await page.fill('#password', password)
      await r.press('main form button[type=submit]')
      await r.prove(email, { looks: false })
    }

    await step('a second person agrees that the risk is accepted', async () => {
      await official(siros, `ail@desg-${lang}.example`)
      await visit(kept.risk)
      await r.press('form[action$="/agree"] button')
      await done()
      await r.lookBoth('a risk that is accepted')
      await told(/Swyddog y Sefydliad/)
    })

    await step('the official of an organisation sees its figures, says what it has, confirms a use, answers, grants time', async () => {
      await enter('lead')
      await visit('/reviews?state=in_progress')
      await r.press('main tbody th a')
      const review = path()
      await visit(`${review}/messages`)
      await page.fill('[name=text]', `Asked ${lang}`)
      await send(`${review}/messages`)
      await done()

      await official(own, `swyddog@desg-${lang}.example`)
      await visit('/dashboard')
      await r.lookBoth('the dashboard of an organisation')
      const few = digits(await page.locator('.app-figure[href="/systems?status=live"] strong').textContent())
      assert.ok(few > 0 && few < kept.systems, `${few} of ${kept.systems}`)
      await visit('/organisations')
      await r.press(`main a[href^="/organisations/"]:has-text("${own}")`)
      const organisation = path()
      await r.lookBoth('the own organisation')
      await page.check('[name=says][value=complete]')
      await send(`${organisation}/returns`)
      await done()
      await told(/Swyddog y Sefydliad/)
      await r.press('main a[href*="/uses/"]')
      await r.lookBoth('a use')
      const use = path()
      await page.check('[name=role][value=user]')
      await page.fill('[name=people_count]', '1200')
      await send(use)
      await done()

      await visit(`${review}/messages`)
      await told(new RegExp(`Asked ${lang}`))
      await page.fill('[name=text]', `Answered ${lang}`)
      await send(`${review}/messages`)
      const [until] = (await page.textContent('[id^=extension-]')).match(/\d+ \p{L}+ \d{4}/u)
      await r.press('button[name=decision][value=granted]')
      await done()
      await r.lookBoth('time that is granted')
      assert.equal(await page.locator('.app-text', { hasText: `Answered ${lang}` }).count(), 1)
      assert.equal(await page.locator('button[name=decision]').count(), 0)
      await visit(review)
      await told(new RegExp(until))
    })

    for (const who of ['secretary', 'board']) {
      await step(`the ${who} reads the pack of a meeting, in both languages, and finds its file genuine`, async () => {
        await enter(who)
        await r.lookBoth(`the first page of the ${who}`)
        assert.equal(await page.locator(`main a[href*="pack.pdf?lang=${lang}"]`).count(), 1, 'the pack of the next meeting is at hand')
        await visit('/reports')
        await r.lookBoth(`the reports of the ${who}`)
        const packs = page.locator('main table').first()
        assert.equal(await packs.locator('tbody tr').count(), await packs.locator('a[href*="pack.pdf?lang=cy"]').count(), 'what is published, and nothing else')
        if (who === 'board') {
          for (const way of ['/reports/new', '/reports/draft']) {
            assert.equal(await page.locator(`a[href="${way}"]`).count(), 0)
            assert.equal((await page.goto(house.base + way)).status(), 403)
          }
          assert.equal((await page.goto(house.base + '/systems')).status(), 403)
          assert.equal((await page.goto(house.base + kept.pack)).status(), 404, 'a paper of a group is not of the board')
          await visit('/reports')
        }
        await r.press('main tbody th a[href^="/reports/"]')
        const pack = path()
        for (const other of ['en', 'cy']) {
          await visit(`${pack}?lang=${other}`)
          assert.equal(await page.locator('html').getAttribute('lang'), other)
          await told(other === 'cy' ? /daw'r systemau â risg eithafol/ : /the systems at extreme risk come first/)
        }
        await visit(`${pack}?lang=${lang}`)
        await r.lookBoth('a published pack')
        assert.equal(await page.locator('form[action$="/publish"]').count(), 0)
        for (const other of ['en', 'cy']) {
          await visit(`${pack}?lang=${lang}`)
          const pdf = await take(page.locator(`main a[href*="pack.pdf?lang=${other}"]`))
          assert.equal(pdf.subarray(0, 5).toString(), '%PDF-')
          await visit('/verify')
          await page.setInputFiles('main input[type=file]', { name: 'pack.pdf', mimeType: 'application/pdf', buffer: pdf })
          await r.press('main form[method=post] button[type=submit]')
          assert.equal(await page.locator('.nhsuk-panel').count(), 1, 'genuine')
        }
        await r.lookBoth('a file that is genuine')
        const changed = Buffer.from('%PDF-1.4\nnot ours')
        await page.setInputFiles('main input[type=file]', { name: 'pack.pdf', mimeType: 'application/pdf', buffer: changed })
        await r.press('main form[method=post] button[type=submit]')
        assert.equal(await page.locator('.nhsuk-panel').count(), 0)
      })
    }

    await r.context.close()
    assert.deepEqual(house.errors(), [])
  })
}
