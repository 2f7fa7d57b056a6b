"""What a real browser posts on each page of pages/serve.py, to be held against what the program posts.

usage: record_pages.py VERSION URL OUT --record FILE [--only p01,p02] [--times N] [--seconds S]

VERSION is the one that the server at URL must have; FILE is what its RECORD names. Needs Playwright (its own browser is not
needed) and Chromium (CHROMIUM names it, else /usr/bin/chromium). Each page is opened once as it is, and once more for each
of the things that can be set on it, each time in a fresh context: "one" is sent, then "two". OUT gets a list of

  page, with    the page, and what was set before "one": null, "setting", "system" or "file"
  load          what was posted while the page loaded
  set           what was posted by setting
  first         what was posted from the typing of "one" until its reply was there and all was quiet
  second        the same of "two"
  shows         whether the expected replies to "one" and "two" were seen on the page

Each post is as the server records it, without the session. All is done N times (2): posts of a phase whose order was not the
same each time are sorted and marked "parallel": true. No page is begun after S seconds. What OUT holds of pages that were not
visited this time stays there.
"""

import argparse
import asyncio
import json
import os
import struct
import sys
import time
import urllib.request
import zlib

from playwright.async_api import Error, async_playwright

QUIET, LOADED, PATIENCE = 2.0, 1.5, 20
AT_A_TIME = 5
PHASES = ('load', 'set', 'first', 'second')


def picture():
    """An 8x8 picture as a PNG file."""

    def chunk(name, data):
        return struct.pack('>I', len(data)) + name + data + struct.pack('>I', zlib.crc32(name + data))

    rows = zlib.compress((b'\0' + b'\x40\x80\xc0' * 8) * 8)
    return b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', struct.pack('>IIBBBBB', 8, 8, 8, 2, 0, 0, 0)) + chunk(b'IDAT', rows) + chunk(b'IEND', b'')


FILES = {'note.txt': ('text/plain', b'a note'), 'pixels.png': ('image/png', picture())}


class Posts:
    """The server's record, read as it grows."""

    def __init__(self, path):
        self.file = open(path, encoding='utf-8')
        self.file.seek(0, os.SEEK_END)
        self.seen, self.changed = {}, {}

    def read(self):
        for line in self.file:
            post = json.loads(line)
            post.pop('session_hash')
            self.seen.setdefault(post['page'], []).append(post)
            self.changed[post['page']] = time.monotonic()

    def taken(self, page):
        self.read()
        return self.seen.pop(page, [])


class Visit:
    """One page in a browser context of its own."""

    def __init__(self, context, posts, facts):
        self.context, self.facts, self.posts = context, facts, posts

    async def open(self, url):
        self.page = await self.context.new_page()
        self.page.set_default_timeout(PATIENCE * 1000)
        await self.page.goto(f'{url}/{self.facts["page"]}/')
        await self.box().wait_for(timeout=60000)

    def box(self):
        name = self.facts['box']
        return (self.page.locator(name) if name.startswith('css=') else self.page.get_by_label(name, exact=True)).first

    async def text(self):
        """All that is to be read on the page, with what stands in its boxes."""
        return await self.page.evaluate('document.body.innerText + "\\n" + [...document.querySelectorAll("textarea, input")].map(e => e.value).join("\\n")')

    async def quiet(self, still, shown=None):
        """Waits until nothing was posted for a while and `shown` is on the page; false where it never is."""
        start, name = time.monotonic(), self.facts['page']
        while time.monotonic() < start + PATIENCE:
            await self.page.wait_for_timeout(60)
            self.posts.read()
            if time.monotonic() > max(start, self.posts.changed.get(name, 0)) + still and (shown is None or shown in await self.text()):
                return True
        return False

    async def send(self, text):
        box = self.box()
        await box.fill(text)
        if self.facts['button']:
            await self.page.get_by_role('button', name=self.facts['button'], exact=True).first.click()
        else:
            await box.press('Enter')

    async def set(self, setting):
        label, kind, value = setting['label'], setting['kind'], setting['value']
        page = self.page
        if kind == 'radio':
            await page.get_by_label(value, exact=True).check()
            return
        field = page.get_by_label(f'number input for {label}' if kind == 'slider' else label, exact=True).first
        if not await field.is_visible():
            await page.get_by_role('button', name='Additional Inputs').click()
        if kind == 'checkbox':
            await field.check()
        elif kind == 'dropdown':
            await field.click()
            await page.get_by_role('option', name=value, exact=True).click()
        else:
            await field.fill(str(value))
            await field.press(setting.get('key', 'Tab'))
        if setting.get('button'):
            await page.get_by_role('button', name=setting['button'], exact=True).click()

    async def attach(self, file):
        kind, data = FILES[file['name']]
        await self.page.locator('input[type=file]').first.set_input_files([{'name': file['name'], 'mimeType': kind, 'buffer': data}])
        await self.page.wait_for_timeout(700)
        if file.get('button'):
            await self.page.get_by_role('button', name=file['button'], exact=True).click()


async def visit(browser, url, posts, facts, what):
    """The posts of each phase and what was shown."""
    name, replies, seen = facts['page'], facts[what]['replies'] if what else facts['replies'], {'shows': []}
    posts.taken(name)
    there = Visit(await browser.new_context(), posts, facts)
    try:
        await there.open(url)
        await there.quiet(LOADED)
        seen['load'] = posts.taken(name)
        if what:
            await (there.attach(facts['file']) if what == 'file' else there.set(facts[what]))
            await there.quiet(QUIET)
        seen['set'] = posts.taken(name)
        for phase, text, reply in zip(('first', 'second'), ('one', 'two'), replies):
            await there.send(text)
            seen['shows'].append(await there.quiet(QUIET, reply))
            seen[phase] = posts.taken(name)
            if not seen['shows'][-1]:
                print(f'{name} {what}: {reply!r} is not shown, but: {(await there.text())[:700]!r}', file=sys.stderr)
    finally:
        await there.context.close()
    return seen


def merged(runs):
    """One list of posts of several, what stands in another order sorted and marked."""
    if all(run == runs[0] for run in runs):
        return runs[0]
    ordered = [sorted(run, key=lambda post: json.dumps(post, sort_keys=True)) for run in runs]
    if any(run != ordered[0] for run in ordered):
        return None
    start = next(n for n, posts in enumerate(zip(*runs)) if any(post != posts[0] for post in posts))
    end = next(n for n, posts in enumerate(zip(*(run[::-1] for run in runs))) if any(post != posts[0] for post in posts))
    end = len(runs[0]) - end
    middle = sorted(runs[0][start:end], key=lambda post: json.dumps(post, sort_keys=True))
    return [*runs[0][:start], *({**post, 'parallel': True} for post in middle), *runs[0][end:]]


async def recorded(browser, url, posts, facts, what, times):
    runs = [await visit(browser, url, posts, facts, what) for _ in range(times)]
    result = {'page': facts['page'], 'with': what}
    for phase in PHASES:
        result[phase] = merged([run[phase] for run in runs])
        if result[phase] is None:
            print(f'{facts["page"]} {what}: the posts of {phase} differ: {[run[phase] for run in runs]}', file=sys.stderr)
            result[phase] = runs[0][phase]
    return {**result, 'shows': [all(shown) for shown in zip(*(run['shows'] for run in runs))]}


def written(results):
    """The results as JSON, one post a line."""
    entries = []
    for result in results:
        lines = [f'    "page": {json.dumps(result["page"])},', f'    "with": {json.dumps(result["with"])},']
        for phase in PHASES:
            posts = ',\n'.join(f'      {json.dumps(post)}' for post in result[phase])
            lines.append(f'    "{phase}": [\n{posts}\n    ],' if posts else f'    "{phase}": [],')
        entries.append('  {\n' + '\n'.join(lines) + f'\n    "shows": {json.dumps(result["shows"])}\n  }}')
    return '[\n' + ',\n'.join(entries) + '\n]\n'


async def everything(url, pages, posts, times, seconds):
    """All recordings, in the order of the pages; a few pages are driven at a time."""
    results, waiting, end = {}, iter(pages), time.monotonic() + seconds

    async def drive(browser):
        for facts in waiting:
            if (started := time.monotonic()) > end:
                break
            for what in (None, *(name for name in ('setting', 'system', 'file') if facts[name])):
                try:
                    results.setdefault(facts['page'], []).append(await recorded(browser, url, posts, facts, what, times))
                except Error as error:
                    print(f'{facts["page"]} {what}: {str(error)[:400]}', file=sys.stderr)
            print(f'{facts["page"]} took {time.monotonic() - started:.1f} s', flush=True)

    async with async_playwright() as playwright:
        arguments = ['--no-sandbox', '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1']
        browser = await playwright.chromium.launch(executable_path=os.environ.get('CHROMIUM', '/usr/bin/chromium'), args=arguments)
        await asyncio.gather(*(drive(browser) for _ in range(AT_A_TIME)))
        await browser.close()
    return [result for facts in pages for result in results.get(facts['page'], [])]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('version')
    parser.add_argument('url')
    parser.add_argument('out')
    parser.add_argument('--record', required=True)
    parser.add_argument('--only')
    parser.add_argument('--times', type=int, default=2)
    parser.add_argument('--seconds', type=float, default=3600)
    given = parser.parse_args()
    url = given.url.rstrip('/')
    pages = json.load(urllib.request.urlopen(f'{url}/expected'))
    if not pages or any(given.version not in facts['versions'] for facts in pages):
        sys.exit(f'{url} does not serve the pages of {given.version}')
    pages = [facts for facts in pages if not given.only or facts['page'] in given.only.split(',')]
    results = asyncio.run(everything(url, pages, Posts(given.record), given.times, given.seconds))
    visited = {result['page'] for result in results}
    if os.path.exists(given.out):
        with open(given.out, encoding='utf-8') as out:
            results += [result for result in json.load(out) if result['page'] not in visited]
        results.sort(key=lambda result: result['page'])
    with open(given.out, 'w', encoding='utf-8') as out:
        out.write(written(results))
    wrong = [f'{result["page"]} {result["with"]}' for result in results if not all(result['shows'])]
    print(f'{len(results)} visits, not as expected: {", ".join(wrong) or "none"}')


if __name__ == '__main__':
    main()
