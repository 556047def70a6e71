// A day of each user: the official, the lead and a respondent of a supplier,
// the reviewer, the SIRO; in English at a desk, in Welsh with a phone. What
// they meet is looked at in both widths.
import { test, before, after } from 'node:test'
import assert from 'node:assert/strict'
import { open, Reader, password, totp } from './house.mjs'
import { answerAll, fillDay, future, invitation, judgeAll, signIn } from './acts.mjs'
import { Keyboard } from './keyboard.mjs'

let house
before(async () => { house = await open() }, { timeout: 240_000 })
after(async () => { await house?.close() })

const worlds = [
  { lang: 'en', width: 1280, supplier: 'Afon Cloud Ltd (fictitious)', system: /^National patient record viewer/, waiting: /kept in this browser/, saved: 'Saved', signed: /Signed off/ },
  { lang: 'cy', width: 375, supplier: 'Castell Pathology Software Ltd (fictitious)', system: /^Gwasanaeth canlyniadau labordy/, waiting: /aros yn y porwr hwn/, saved: 'Cadwyd', signed: /Cymeradwywyd/ }
]

for (const world of worlds) {
  const { lang, width } = world
  test(`a day of each user, in ${lang} at ${width} px`, { timeout: 300_000 }, async t => {
    const r = await Reader.come(house, { lang })
    const { page } = r
    await page.setViewportSize({ width, height: 900 })
    const lead = `arweinydd@dydd-${lang}.example`
    const helper = `cydweithiwr@dydd-${lang}.example`
    const send = action => r.press(`main form[action="${action}"] button[type=submit]`)
    const says = text => page.waitForFunction(source => new RegExp(source).test(document.getElementById('save-state').textContent), text.source ?? text)
    // A day that fails leaves nothing for the next to stand on.
    let broken = false
    const day = (name, live) => t.test(name, { skip: broken }, async () => {
      broken = true
      await live()
      assert.deepEqual(r.problems.splice(0).filter(problem => !/^htmx:(afterRequest|sendError)/.test(problem)), [])
      broken = false
    })
    let review

    await day('the official plans, issues, adds who answers, and writes', async () => {
      await r.signIn('official@demo.example')
      await page.goto(`${house.base}/reviews/new`)
      await page.selectOption('#supplier', { label: world.supplier })
      await r.press('main form[action="/reviews/new"] button')
      await page.getByLabel(world.system).check()
      await page.check('[name=questionnaire_code][value=short]')
      await page.check('input[name=reviewer_ids] >> nth=0')
      await fillDay(page, 'due_on', future)
      await r.lookBoth('planning')
      await send('/reviews')
      review = new URL(page.url()).pathname
      assert.match(review, /^\/reviews\/[0-9a-f-]{36}$/)
      await page.goto(`${house.base}${review}/issue`)
      await page.fill('#respondents-0-name', 'Arweinydd y Dydd')
      await page.fill('#respondents-0-email', lead)
      await page.check(`[name="respondents/0/language"][value=${lang}]`)
      await page.check('#lead-0')
      await page.check('#lead-confirmed-0')
      await r.lookBoth('issuing')
      await send(`${review}/issue`)
      assert.equal(new URL(page.url()).pathname, review)
      await r.lookBoth('a review that is issued')
      await page.goto(`${house.base}${review}/messages`)
      await page.fill('[name=text]', `Welcome ${lang}`)
      await send(`${review}/messages`)
      await r.lookBoth('messages')
      assert.equal(await page.locator('.app-text', { hasText: `Welcome ${lang}` }).count(), 1)
    })

    await day('the lead accepts, confirms, answers over a lost connection, uploads by dragging, delegates, asks for time', async () => {
      await r.signIn('administrator@demo.example')
      await accept(r, lead)
      await r.go(review)
      assert.equal(await page.locator('#sections a').count() > 0, true)
      await page.goto(`${house.base}${review}/earlier`)
      await r.lookBoth('earlier answers')
      await page.uncheck('[name=slots] >> nth=0')
      const first = await page.locator('[name=slots]').first().inputValue()
      await send(`${review}/earlier`)

      // One question without a connection.
      await page.goto(`${house.base}${review}/questions/${first.split('@')[0]}`)
      const choice = page.locator('main input[type=radio][name=value]').first()
      await r.context.setOffline(true)
      await choice.check()
      await page.fill('#comment', `From the train ${lang}`)
      await page.locator('h1').click()
      await says(world.waiting)
      await r.lookBoth('a question without a connection')
      await r.context.setOffline(false)
      await says(world.saved)
      await page.reload()
      assert.equal(await page.inputValue('#comment'), `From the train ${lang}`)
      assert.equal(await choice.isChecked(), true)

      // Two files by dragging.
      await page.evaluate(() => {
        const files = new DataTransfer()
        for (const name of ['cyntaf.txt', 'ail.txt']) files.items.add(new File(['What shows it.'], name, { type: 'text/plain' }))
        for (const type of ['dragenter', 'dragover', 'drop']) document.getElementById('file').dispatchEvent(new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer: files }))
      })
      await page.click('main button[formaction$="/evidence"]')
      await page.locator('#evidence a', { hasText: 'ail.txt' }).waitFor()
      assert.equal(await page.locator('#evidence a', { hasText: 'cyntaf.txt' }).count(), 1)
      await r.lookBoth('a question with evidence')

      await page.goto(`${house.base}${review}/respondents`)
      await page.fill('#name', 'Cydweithiwr y Dydd')
      await page.fill('#email', helper)
      await page.check(`[name=language][value=${lang}]`)
      await page.check('[name=sections] >> nth=0')
      await send(`${review}/respondents`)
      await r.lookBoth('who answers')
      await page.goto(`${house.base}${review}/messages`)
      await page.locator('details summary').first().click()
      await fillDay(page, 'until_on', { day: '28', month: '2', year: '2099' })
      await page.fill('[name=reason]', 'The tester is ill.')
      await send(`${review}/extensions`)
    })

    await day('the official grants the time', async () => {
      await r.signIn('official@demo.example')
      await page.goto(`${house.base}${review}/messages`)
      await r.lookBoth('a request for time')
      await r.press('button[name=decision][value=granted]')
      await page.goto(`${house.base}${review}`)
      assert.match(await page.textContent('main'), lang === 'cy' ? /28 Chwefror 2099/ : /28 February 2099/)
    })

    await day('the respondent sees its section alone, answers, and asks', async () => {
      await r.signIn('administrator@demo.example')
      await accept(r, helper)
      await page.goto(`${house.base}${review}`)
      assert.equal(await page.locator('#sections a').count(), 1)
      await r.lookBoth('tasks of a respondent')
      await r.press('#sections a')
      await r.lookBoth('a section')
      await r.press('#questions a')
      await page.fill('#comment', `By the respondent ${lang}`)
      await page.locator('h1').click()
      await says(world.saved)
      await r.press('main a[href*="/messages?question="]')
      await page.fill('[name=text]', `What counts ${lang}?`)
      await send(`${review}/messages`)
      assert.equal(await page.locator('.app-text', { hasText: `What counts ${lang}?` }).count(), 1)
      const answer = await page.goto(`${house.base}${review}/submit`)
      assert.equal(answer.status(), 403, 'the lead submits, not a respondent')
    })

    await day('the lead answers the rest, checks, submits, and has a receipt', async () => {
      await signIn(r, lead)
      await answerAll(r, review)
      await page.goto(`${house.base}${review}/check`)
      await r.lookBoth('check answers')
      await submit()
      await r.lookBoth('a receipt')
    })

    await day('the reviewer judges with keys, accepts proposals, returns', async () => {
      await r.signIn('reviewer@demo.example')
      await page.goto(`${house.base}${review}/judge`)
      await r.lookBoth('judging')
      for (const show of ['unjudged', 'essential', 'changed', 'claims']) {
        await r.press(`main a[href="?show=${show}"]`)
        assert.equal(await page.getAttribute(`main a[href="?show=${show}"]`, 'aria-current'), 'true')
      }
      await page.goto(`${house.base}${review}/judge`)
      if (await page.locator(`form[action="${review}/judge"]`).count()) await send(`${review}/judge`)
      await page.goto(`${house.base}${review}/judge?show=unjudged`)
      await r.press('main tbody a')
      await page.locator('.app-keys summary').click()
      await page.click('#keys')
      await page.locator('h1').click()
      for (const [key, name, value] of [['p', 'outcome', 'partly_met'], ['n', 'outcome', 'not_met'], ['a', 'outcome', 'not_applicable'], ['m', 'outcome', 'met'], ['4', 'basis', 'tested']]) {
        await page.keyboard.press(key)
        assert.equal(await page.isChecked(`[name=${name}][value=${value}]`), true, key)
      }
      await page.fill('[name=note]', 'm p n a') // typed, and no key
      assert.equal(await page.inputValue('[name=note]'), 'm p n a')
      await r.lookBoth('a judgement')
      await r.press('#judge-form button[type=submit]')
      await page.goto(`${house.base}${review}/judge`)
      await r.press('main tbody a')
      const here = page.url()
      await page.locator('h1').click()
      await Promise.all([page.waitForURL(url => url.href !== here), page.keyboard.press('j')])
      await page.locator('h1').click()
      await Promise.all([page.waitForURL(here), page.keyboard.press('k')])
      await page.goto(`${house.base}${review}/return`)
      await page.check('input[name=questions] >> nth=0')
      await page.fill(`[name="message.${lang}"]`, 'Atebwch eto. / Answer again.')
      await r.lookBoth('returning')
      await send(`${review}/return`)
    })

    await day('the lead answers what came back', async () => {
      await signIn(r, lead)
      await page.goto(`${house.base}${review}`)
      await r.lookBoth('tasks with a question returned')
      await r.press('#returned a')
      await page.fill('#comment', `Again ${lang}`)
      await r.press('main button[name=then][value=tasks]')
      await submit()
    })

    await day('the reviewer judges the rest and assesses', async () => {
      await r.signIn('reviewer@demo.example')
      await judgeAll(r, review)
      await page.goto(`${house.base}${review}/assess`)
      await page.fill('#accuracy_check_days', '0')
      await page.fill('#accuracy_check_reason', 'Agreed by telephone.')
      await r.lookBoth('assessing')
      await send(`${review}/assess`)
    })

    await day('the SIRO reads two minutes and relies with conditions', async () => {
      await r.signIn('approver@demo.example')
      await page.goto(`${house.base}${review}/sign-off`)
      await r.lookBoth('the sign-off')
      await page.check('[name=decision][value=rely_with_conditions]')
      await send(`${review}/sign-off`)
      assert.match(await page.title(), lang === 'cy' ? /^Gwall:/ : /^Error:/)
      await r.lookBoth('the sign-off without its conditions')
      await page.fill(`[name="conditions.0.${lang}"]`, 'By June. / Erbyn Mehefin.')
      const due = page.locator('[name^="conditions/0/due_on"]')
      for (const [i, part] of ['1', '6', '2020'].entries()) await due.nth(i).fill(part)
      await send(`${review}/sign-off`)
      await r.lookBoth('the sign-off with a condition due in the past')
      await due.nth(2).fill(String(new Date().getFullYear() + 1))
      await send(`${review}/sign-off`)
      assert.match(await page.textContent('main'), world.signed)
      await r.lookBoth('a review that is signed off')
    })

    await r.context.close()
    assert.deepEqual(house.errors(), [])

    async function submit () {
      await page.goto(`${house.base}${review}/submit`)
      await page.fill('#job_title', 'CISO')
      await page.check('#statement_agreed')
      await r.press(`main form[action="${review}/submit"] button[type=submit]`)
      assert.match(page.url(), /receipt$/)
    }
  })
}

// accept follows an invitation that is in the outbox, as a new person.
async function accept (r, email) {
  const link = await invitation(r, email)
  await r.page.context().clearCookies()
  await r.page.goto(`${link}?lang=${r.lang}`)
  await r.lookBoth('an invitation')
  await r.page.fill('#password', password)
  await r.press('main form button[type=submit]')
  await r.prove(email)
}

test('a day by keyboard alone: a respondent answers, a reviewer judges', { timeout: 180_000 }, async () => {
  for (const [who, work] of [['respondent', answers], ['reviewer', judges]]) {
    const r = await Reader.come(house)
    const k = new Keyboard(r.page)
    await r.page.goto(`${house.base}/sign-in?lang=en`)
    await k.press('Tab')
    assert.match(await (await k.look()).getAttribute('class'), /nhsuk-skip-link/)
    await k.to('#email')
    await r.page.keyboard.type(`${who}@demo.example`)
    await k.to('#password')
    await r.page.keyboard.type(password)
    await k.follow()
    if (r.page.url().includes('/sign-in/code')) await prove(r, k, `${who}@demo.example`)
    await work(r, k)
    assert.ok(k.stops > 60, `only ${k.stops} stops were looked at`)
    assert.deepEqual(r.problems, [])
    await r.context.close()
  }
  assert.deepEqual(house.errors(), [])

  // The second factor: an app is set up the first time, a recovery code used
  // after that.
  async function prove ({ page }, k, email) {
    const codes = house.recovery ??= new Map()
    const first = await page.locator('main .app-qr').count()
    const code = first ? totp((await page.locator('main p.app-code').textContent()).replaceAll(' ', '')) : codes.get(email).shift()
    await k.to('#code')
    await page.keyboard.type(code)
    await k.follow()
    if (!first) return
    codes.set(email, await page.locator('main ul.app-code li').allTextContents())
    await k.to('main .nhsuk-button')
    await k.follow()
  }

  // The skip link leads past the header, to what the page is about.
  async function skip (k) {
    await k.to('.nhsuk-skip-link')
    await k.press('Enter')
    k.before = null
  }

  async function answers ({ page }, k) {
    await skip(k)
    await k.to('main a[href^="/reviews/"]')
    await k.follow()
    await k.to('main a[href*="/sections/"]')
    await k.follow()
    assert.ok(await k.round() > 10)
    await k.to('main a[href*="/questions/"]')
    await k.follow()
    const first = page.url()
    await k.round()
    await k.to('main input[type=radio][name=value]')
    await k.press('Space')
    await k.press('ArrowDown')
    const chosen = await page.locator('main input[name=value]:checked').inputValue()
    assert.equal(await page.evaluate(() => document.activeElement.value), chosen)
    await k.to('#comment')
    await page.keyboard.type('By keyboard alone.')
    await k.to('main form button[name=then][value=next]')
    await k.follow()
    assert.match(new URL(page.url()).pathname, /\/questions\//)
    assert.notEqual(page.url(), first)
    await page.goto(first)
    assert.equal(await page.inputValue('#comment'), 'By keyboard alone.')
    assert.equal(await page.locator('main input[name=value]:checked').inputValue(), chosen)
  }

  async function judges ({ page }, k) {
    await skip(k)
    await k.to('main a[href$="/judge"]')
    await k.follow()
    await k.to('main tbody a[href*="/judge/"]')
    await k.follow()
    const first = page.url()
    await k.round()
    await k.to('.app-keys summary')
    await k.press('Enter')
    await k.to('#keys')
    await k.press('Space')
    assert.equal(await page.getAttribute('#keys', 'aria-pressed'), 'true')
    await k.to('#judge-form input[name=basis]', 'Shift+Tab')
    await k.press('4')
    await k.press('m')
    k.before = null
    await k.look()
    assert.equal(await page.locator('[name=outcome]:checked').inputValue(), 'met')
    await k.to('#note')
    await page.keyboard.type('Seen; m and j are letters here.')
    await k.to('#judge-form button[name=then][value=next]')
    await k.follow()
    const second = page.url()
    assert.notEqual(second, first)
    await k.follow('j')
    await k.follow('k')
    assert.equal(page.url(), second)
    await page.goto(first)
    assert.equal(await page.locator('[name=outcome]:checked').inputValue(), 'met')
    assert.equal(await page.locator('[name=basis]:checked').inputValue(), 'tested')
    assert.equal(await page.inputValue('[name=note]'), 'Seen; m and j are letters here.')
  }
})
