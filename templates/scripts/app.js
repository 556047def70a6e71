// The behaviour of pages that the design system and htmx do not bring: the
// state of saving, and forms that are sent once. Every page works without it.
import { initAll } from './nhsuk.js'
import { keepTyped } from './keep.js'
import { askPasskeys } from './passkey.js'
import { sendFiles } from './upload.js'

initAll()

// What htmx swaps in is started too; the swapped element itself is the scope,
// and only what stands inside a scope is started. The first event is for the
// whole body, which is started already.
document.addEventListener('htmx:load', (event) => {
  if (event.detail.elt !== document.body) initAll({ scope: event.detail.elt })
})

// The line with id "save-state" carries its own words, in the reader's
// language: data-saving, data-saved, data-failed, data-waiting.
function saveState (name) {
  const line = document.getElementById('save-state')
  if (!line) return
  line.textContent = line.dataset[name] || ''
  line.className = 'app-save-state app-save-state--' + name
}

function saves (event) {
  const verb = event.detail.requestConfig && event.detail.requestConfig.verb
  return verb && verb !== 'get'
}

document.addEventListener('htmx:beforeSend', (event) => { if (saves(event)) saveState('saving') })
document.addEventListener('htmx:afterRequest', (event) => {
  if (!saves(event)) return
  const { status } = event.detail.xhr // a 422 is swapped in, and counts as successful for htmx
  saveState(status >= 200 && status < 300 ? 'saved' : 'failed')
})
for (const name of ['htmx:sendError', 'htmx:responseError', 'htmx:timeout']) {
  document.addEventListener(name, (event) => {
    saveState('failed')
    if (explained(event)) return
    const notice = document.getElementById('send-error')
    if (notice) notice.hidden = false
  })
}
document.addEventListener('htmx:afterOnLoad', () => {
  const notice = document.getElementById('send-error')
  if (notice) notice.hidden = true
})

// What is typed waits in this browser where it cannot be saved.
const explained = keepTyped(saveState)
sendFiles()
askPasskeys()

// A form is sent once: a second submit within ten seconds is dropped, so that
// a failed download or a cancelled page does not leave the form dead. One that
// may well be sent again (data-send-again) still drops a double click.
const sent = new WeakMap()
document.addEventListener('submit', (event) => {
  const form = event.target
  if (event.defaultPrevented || form.method !== 'post') return
  const now = Date.now()
  if (now - (sent.get(form) || 0) < (form.dataset.sendAgain === undefined ? 10000 : 1000)) {
    event.preventDefault()
    return
  }
  sent.set(form, now)
})
window.addEventListener('pageshow', (event) => {
  if (event.persisted) for (const form of document.forms) sent.delete(form)
})

for (const button of document.querySelectorAll('[data-print]')) {
  button.hidden = false
  button.addEventListener('click', () => window.print())
}

// Changing the language keeps what was typed: it is put aside in this tab for
// the next page, never passwords or files, and taken out again at once.
const aside = 'typed-before-language'
function typed () {
  return [...document.querySelectorAll('main form[method="post"] [name]')].filter((field) =>
    !['hidden', 'password', 'file', 'submit', 'button'].includes(field.type))
}
const languageLink = document.querySelector('[data-switch-language]')
if (languageLink) {
  languageLink.addEventListener('click', () => {
    const values = typed().map((field) => [field.name, field.value, field.checked === true])
    sessionStorage.setItem(aside, JSON.stringify({ path: location.pathname, values }))
  })
}
const kept = JSON.parse(sessionStorage.getItem(aside) || 'null')
sessionStorage.removeItem(aside)
if (kept && kept.path === location.pathname) {
  const fields = typed()
  kept.values.forEach(([name, value, checked], i) => {
    const field = fields[i]
    if (!field || field.name !== name) return
    if (field.type === 'checkbox' || field.type === 'radio') field.checked = checked
    else field.value = value
  })
}

// Judging by keys, for a reviewer who asked for it: outcome m, p, n, a; basis 1
// to 4; the question after and before j, k; what the section proposes s. Off until switched on, and never
// while something is typed.
const judging = document.getElementById('judge-form')
if (judging) {
  const choose = {
    m: ['outcome', 'met'], p: ['outcome', 'partly_met'], n: ['outcome', 'not_met'], a: ['outcome', 'not_applicable'],
    1: ['basis', 'claim'], 2: ['basis', 'document'], 3: ['basis', 'independent_report'], 4: ['basis', 'tested']
  }
  const turn = { j: judging.dataset.following, k: judging.dataset.previous }
  const button = document.getElementById('keys')
  let on = false
  try { on = window.localStorage.getItem('judging-keys') === 'on' } catch { /* not kept here */ }
  const show = () => button.setAttribute('aria-pressed', String(on))
  button.closest('.app-keys').hidden = false
  show()
  button.addEventListener('click', () => {
    on = !on
    try { window.localStorage.setItem('judging-keys', on ? 'on' : 'off') } catch { /* not kept here */ }
    show()
  })
  document.addEventListener('keydown', (event) => {
    if (!on || event.ctrlKey || event.altKey || event.metaKey || event.target.closest('textarea, select, input:not([type=radio]):not([type=checkbox])')) return
    if (choose[event.key]) {
      const [name, value] = choose[event.key]
      const radio = judging.querySelector(`[name=${name}][value=${value}]`)
      radio.checked = true
      radio.focus()
      event.preventDefault()
    } else if (event.key === 's') document.getElementById('accept-form').requestSubmit()
    else if (turn[event.key]) window.location.assign(turn[event.key])
  })
}
