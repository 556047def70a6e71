// Builds what pages load (styles, scripts, images) from the npm packages into
// templates/assets, which the program embeds. Run by "npm run assets".
import { createHash } from 'node:crypto'
import { cp, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as sass from 'sass'

const here = dirname(fileURLToPath(import.meta.url))
const out = join(here, 'assets')
const packages = join(here, '..', 'node_modules')
const nhsuk = join(packages, 'nhsuk-frontend', 'dist', 'nhsuk')

for (const name of await readdir(out)) {
  if (name !== 'placeholder.txt') await rm(join(out, name), { recursive: true })
}
await mkdir(join(out, 'images'))

const styles = sass.compile(join(here, 'styles', 'app.scss'), {
  style: 'compressed',
  importers: [new sass.NodePackageImporter(here)],
  quietDeps: true
})
await writeFile(join(out, 'app.css'), styles.css)

await cp(join(nhsuk, 'assets', 'images'), join(out, 'images'), { recursive: true })
await cp(join(packages, 'htmx.org', 'dist', 'htmx.min.js'), join(out, 'htmx.min.js'))

// The package's script carries a link to a source map that is not shipped.
const design = (await readFile(join(nhsuk, `nhsuk-frontend-${await version()}.min.js`), 'utf8'))
  .replace(/\n?\/\/# sourceMappingURL=.*\n?$/, '\n')
await writeFile(join(out, 'nhsuk.js'), design)

// A module names what it imports by the hash of its content, as pages do, so
// that every address can be cached for ever.
let app = (await readFile(join(here, 'scripts', 'app.js'), 'utf8'))
  .replace("'./nhsuk.js'", `'./nhsuk.js?v=${hash(design)}'`)
for (const name of ['keep.js', 'passkey.js', 'upload.js']) {
  const part = await readFile(join(here, 'scripts', name), 'utf8')
  await writeFile(join(out, name), part)
  app = app.replace(`'./${name}'`, `'./${name}?v=${hash(part)}'`)
}
await writeFile(join(out, 'app.js'), app)
await cp(join(here, 'scripts', 'supported.js'), join(out, 'supported.js'))

// The logo stands inline in the header, so its drawing is taken from the
// header's own sample rather than copied into a template.
const samples = JSON.parse(await readFile(join(nhsuk, 'components', 'header', 'fixtures.json'), 'utf8'))
const logo = samples.fixtures[0].html.match(/<path[^>]*>/)
if (!logo) throw new Error('the header sample has no logo')
await writeFile(join(out, 'images', 'nhsuk-logo.svg'),
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 80">${logo[0]}</svg>\n`)

function hash(text) {
  return createHash('sha256').update(text).digest('hex').slice(0, 12)
}

async function version() {
  return JSON.parse(await readFile(join(packages, 'nhsuk-frontend', 'package.json'), 'utf8')).version
}
