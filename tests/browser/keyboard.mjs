// A person at a keyboard alone. Each stop is looked at: that focus shows there,
// lies in the window, and can be left again.
import assert from 'node:assert/strict'

// What focus draws: on the element, or on the drawing of a radio or checkbox,
// which stands before its label.
const drawn = (element) => {
  const drawing = (of, part) => {
    const s = getComputedStyle(of, part)
    return [s.outlineStyle === 'none' ? '' : `${s.outlineWidth} ${s.outlineColor}`, s.boxShadow === 'none' ? '' : s.boxShadow, s.borderTopColor, s.borderTopWidth]
  }
  const label = element.matches('input[type=radio], input[type=checkbox]') && element.nextElementSibling
  return JSON.stringify(label ? drawing(label, '::before') : drawing(element))
}

export class Keyboard {
  constructor (page) {
    this.page = page
    this.stops = 0
    this.before = null // the last stop, with what focus drew there
  }

  async press (key) { await this.page.keyboard.press(key) }

  // follow presses a key that leads to another page.
  async follow (key = 'Enter') {
    this.before = null
    await Promise.all([this.page.waitForNavigation({ waitUntil: 'load' }), this.press(key)])
  }

  // look examines where the focus is: null is the window itself.
  async look () {
    const at = await this.page.evaluateHandle(() => document.activeElement === document.body ? null : document.activeElement)
    const element = at.asElement()
    if (this.before) {
      const { handle, focused, name } = this.before
      const same = element && await element.evaluate((one, other) => one === other, handle)
      assert.ok(!same, `focus is trapped at ${name}`)
      assert.notEqual(await handle.evaluate(drawn).catch(() => ''), focused, `focus does not show at ${name}: it looks the same without`)
    }
    this.before = null
    if (!element) return null
    const seen = await element.evaluate(one => {
      const box = (one.matches('input[type=radio], input[type=checkbox]') ? one.parentElement : one).getBoundingClientRect()
      return { name: `<${one.localName}> ${(one.id && '#' + one.id) || one.name || one.textContent.trim().slice(0, 40)} of ${location.pathname}`,
        inWindow: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth && box.width > 0 }
    })
    const focused = await element.evaluate(drawn)
    const [outline, shadow] = JSON.parse(focused)
    assert.ok(outline || shadow, `focus does not show at ${seen.name}: no outline and no shadow`)
    assert.ok(seen.inWindow, `focus is out of the window at ${seen.name}`)
    this.before = { handle: element, focused, name: seen.name }
    this.stops++
    return element
  }

  // to goes on with Tab (or back with Shift+Tab) until a stop matches.
  async to (selector, key = 'Tab') {
    for (let turns = 0; turns < 200; turns++) {
      await this.press(key)
      const element = await this.look()
      if (element && await element.evaluate((one, selector) => one.matches(selector), selector)) return element
    }
    assert.fail(`${key} never comes to ${selector} on ${this.page.url()}`)
  }

  // round goes through the whole page until it begins again, and one stop back.
  async round () {
    const visited = new Set()
    for (let turns = 0; turns < 250; turns++) {
      await this.press('Tab')
      const element = await this.look()
      if (!element) continue
      const mark = await element.evaluate(one => (one.dataset.keyboard ??= String(Math.random())))
      if (visited.has(mark)) {
        await this.press('Shift+Tab')
        await this.look()
        return visited.size
      }
      visited.add(mark)
    }
    assert.fail(`the page has no end for a keyboard: ${this.page.url()}`)
  }
}
