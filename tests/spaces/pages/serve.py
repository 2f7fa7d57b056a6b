"""Small chat pages of every wiring on real Gradio 4, 5 or 6, one server for all.

usage: serve.py PORT [--until-stdin-closes]        RECORD=file (none)

Each page is an app of its own below its path (/p01, /p02, …), listed in the modules beside this one. `ready` is printed when
the server listens. GET /expected tells what is known of each page (see catalogue.py). With RECORD, each POST that starts a
function leaves a line of JSON in that file:

  page, route     the path of the page, and of the route below it, without the prefix /gradio_api
  fn_index, api   the function, and the name that programs call it by (null: none)
  trigger         the component whose event it was, or null
  inputs          the kind of each value: null, bool, number, empty, text, list[N] or object
  session_hash    the session
"""

import json
import os
import re
import sys
import threading
from unittest import mock

import fastapi
import gradio
import uvicorn
from gradio.context import Context
from gradio.routes import App

import attachments, beside, histories, interfaces, settings, steps, studio  # noqa: E401, F401
from catalogue import PAGES

RECORD = os.environ.get('RECORD')
STARTS = re.compile(r'/(p\d+)(?:/gradio_api)?(/run/[^/]+|/api/[^/]+|/queue/join|/queue/data|/call/.+)/?')


def kind(value):
    """What a value is, without anything that changes from run to run."""
    if value is None:
        return 'null'
    if isinstance(value, str):
        return 'text' if value else 'empty'
    if isinstance(value, list):
        return f'list[{len(value)}]'
    return {bool: 'bool', int: 'number', float: 'number'}.get(type(value), 'object')


def line_of(functions, page, route, body):
    """The record of one POST; `functions` are the dependencies of the page."""
    number, name = body.get('fn_index'), route.split('/')[2]
    if number is None and route.startswith(('/call/', '/run/', '/api/')):
        number = next((n for n, function in functions.items() if function.get('api_name') == name), None)
    api = functions.get(number, {}).get('api_name') or None
    kinds = [kind(value) for value in body.get('data') or []]
    facts = {'page': page, 'route': route, 'fn_index': number, 'api': api, 'trigger': body.get('trigger_id'), 'inputs': kinds}
    return json.dumps({**facts, 'session_hash': body.get('session_hash')})


class Recorder:
    """Middleware that keeps what is posted to start a function, counts the bytes of each page, and hands everything on."""

    def __init__(self, app, functions, passed):
        self.app, self.functions, self.passed = app, functions, passed
        self.file = open(RECORD, 'a', encoding='utf-8')

    async def __call__(self, scope, receive, send):
        if scope['type'] != 'http':
            return await self.app(scope, receive, send)
        passed = self.passed.setdefault(scope['path'].split('/')[1], [0, 0])

        async def received():
            message = await receive()
            passed[0] += len(message.get('body', b''))
            return message

        async def sent(message):
            passed[1] += len(message.get('body', b''))
            await send(message)

        await self.recorded(scope, received, sent)

    async def recorded(self, scope, receive, send):
        match = scope['method'] == 'POST' and STARTS.fullmatch(scope['path'])
        if not match:
            return await self.app(scope, receive, send)
        messages = []
        while not messages or messages[-1].get('more_body'):
            messages.append(await receive())
        try:
            body = json.loads(b''.join(message.get('body', b'') for message in messages))
            print(line_of(self.functions[match[1]], match[1], match[2], body), file=self.file, flush=True)
        except (ValueError, KeyError, AttributeError):
            pass

        async def again():
            return messages.pop(0) if messages else await receive()

        await self.app(scope, again, send)


def leave_with_the_parent():
    """A test run that is killed takes its servers along: the pipe on standard input closes with it."""
    sys.stdin.read()
    os._exit(0)


class Server(uvicorn.Server):
    """Says when it listens."""

    async def startup(self, sockets=None):
        await super().startup(sockets)
        print('ready', flush=True)


def served():
    """The application with all pages, the functions of each, and the bytes that it was sent and sent itself, where counted."""
    server, functions, expected, passed = fastapi.FastAPI(), {}, [], {}

    @server.get('/expected')
    def _():
        return expected

    @server.get('/passed')
    def _():
        return passed

    for facts, build in PAGES:
        # So that the numbers of a page's components do not depend on the pages before it.
        Context.id = 0
        # A page makes its server three times while it is built, to be thrown away: that would take half a minute in all.
        with mock.patch.object(App, 'create_app'):
            app, name = build().queue(), facts['page']
        dependencies = app.get_config_file()['dependencies']
        functions[name] = {function.get('id', number): function for number, function in enumerate(dependencies)}
        server = gradio.mount_gradio_app(server, app, path=f'/{name}')
        expected.append(facts)
    return server, functions, passed


if __name__ == '__main__':
    if '--until-stdin-closes' in sys.argv:
        threading.Thread(target=leave_with_the_parent, daemon=True).start()
    application, functions, passed = served()
    if RECORD:
        application = Recorder(application, functions, passed)
    Server(uvicorn.Config(application, host='127.0.0.1', port=int(sys.argv[1]), log_level='warning')).run()
