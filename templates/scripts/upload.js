// Files of evidence, several at once: each is sent by itself, with how far it
// is, a way to cancel it, and what is wrong with it in words; the others go on.
// Without this, one file goes with the form.

// What goes with the form itself, once, and not with each file.
const never = ['library', 'name', 'link', 'inspected_by', 'inspected_where', 'inspected_on[day]', 'inspected_on[month]', 'inspected_on[year]']

export function sendFiles () {
  const box = document.getElementById('uploads')
  const form = box && box.closest('form')
  const input = form && form.querySelector('input[type=file]')
  if (!input) return
  const words = box.dataset
  const list = box.querySelector('ul')
  const said = box.querySelector('[role=status]')
  let busy = false
  input.multiple = true

  // A button that sends the form sends the files first, and then goes on; the
  // one that only uploads stays here.
  form.addEventListener('submit', async (event) => {
    if (event.defaultPrevented) return
    if (busy) { event.preventDefault(); return }
    if (input.files.length === 0) return
    event.preventDefault()
    busy = true
    const files = [...input.files]
    const button = event.submitter
    choose([])
    list.replaceChildren()
    box.hidden = false
    box.scrollIntoView({ block: 'nearest' })
    const rows = files.map(row)
    for (const one of rows) await send(one)
    busy = false
    choose(rows.filter((one) => one.again).map((one) => one.file))
    form.dispatchEvent(new Event('change', { bubbles: true })) // what is still wanted may have changed
    const stays = button && button.hasAttribute('formaction')
    const elsewhere = never.some((name) => { const field = form.elements.namedItem(name); return field && field.value !== '' })
    if (rows.every((one) => one.state === 'done') && (!stays || elsewhere)) form.requestSubmit(button)
  })

  // choose puts files into the field, and lets what shows and saves it know.
  function choose (files) {
    const chosen = new DataTransfer()
    for (const file of files) chosen.items.add(file)
    input.files = chosen.files
    input.dispatchEvent(new CustomEvent('change')) // for what shows it alone
  }

  function row (file) {
    const item = document.createElement('li')
    const name = document.createElement('strong')
    name.textContent = file.name
    const bar = document.createElement('progress')
    bar.max = 100
    bar.value = 0
    bar.setAttribute('aria-label', file.name)
    const state = document.createElement('span')
    state.textContent = words.waiting
    const cancel = document.createElement('button')
    cancel.type = 'button'
    cancel.className = 'nhsuk-button nhsuk-button--secondary nhsuk-button--small'
    cancel.textContent = words.cancel
    const which = document.createElement('span')
    which.className = 'nhsuk-u-visually-hidden'
    which.textContent = ' ' + file.name
    cancel.append(which)
    item.append(name, bar, state, ' ', cancel)
    list.append(item)
    const one = { file, item, bar, text: state, cancel, state: 'waiting', again: false, request: null }
    cancel.addEventListener('click', () => {
      if (one.request) one.request.abort()
      else end(one, 'cancelled', words.cancelled)
    })
    return one
  }

  function end (one, state, text, again = false) {
    one.state = state
    one.again = again
    one.request = null
    one.text.textContent = text
    one.text.className = state === 'failed' ? 'app-uploads--failed' : ''
    if (one.cancel === document.activeElement) form.querySelector('button[formaction]').focus()
    one.cancel.remove()
    if (state !== 'done') one.bar.remove()
    said.textContent = `${one.file.name}: ${text}`
  }

  function send (one) {
    if (one.state !== 'waiting') return Promise.resolve()
    if (one.file.size > Number(words.max)) {
      end(one, 'failed', words.tooLarge)
      return Promise.resolve()
    }
    return new Promise((resolve) => {
      const body = new FormData(form)
      for (const field of never) body.delete(field)
      body.set('file', one.file)
      const request = new XMLHttpRequest()
      one.request = request
      request.upload.addEventListener('progress', (event) => {
        const share = event.lengthComputable ? Math.floor(100 * event.loaded / event.total) : 0
        one.bar.value = share
        one.text.textContent = share < 100 ? `${words.sending}: ${share}%` : words.checking
      })
      request.addEventListener('load', () => answer(one, request))
      request.addEventListener('error', () => end(one, 'failed', words.lost, true))
      request.addEventListener('abort', () => end(one, 'cancelled', words.cancelled))
      request.addEventListener('loadend', resolve)
      request.open('POST', words.url)
      request.setRequestHeader('HX-Request', 'true')
      request.send(body)
    })
  }

  function answer (one, request) {
    if (request.status === 200) {
      one.bar.value = 100
      document.getElementById('evidence-list').innerHTML = request.responseText
      end(one, 'done', words.done)
      return
    }
    const page = new DOMParser().parseFromString(request.responseText, 'text/html')
    const reasons = [...page.querySelectorAll('.nhsuk-error-summary__list li')].map((line) => line.textContent.trim())
    if (request.status === 401) {
      const notice = document.getElementById('keep-ended')
      if (notice) notice.hidden = false
      end(one, 'failed', words.ended)
    } else if (reasons.length > 0 && request.status < 500) {
      end(one, 'failed', reasons.join('. '), page.querySelector('[data-again]') !== null)
    } else end(one, 'failed', words.failed, true)
  }
}
