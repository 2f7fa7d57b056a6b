"""Qwen-Agent's own WebUI on real Gradio, with a script in the place of the model.

usage: qwen_space.py PORT [--until-stdin-closes]        TOK=seconds between two pieces (0.01), RECORD=file (none)

The first word of the last user message chooses what the "model" does:

  long N          word0 word1 … one word a piece
  slow N          the same, a quarter of a second between the words
  repeat N PIECE  PIECE N times, one a piece
  rewrite         the text shrinks and changes while it grows; it ends as REWRITTEN
  suffix WORDS    the words, and behind them on every frame a changing "\n<summary>…</summary>" tail
  fail            some text, then an exception (Gradio hides its text: error null on the wire)
  failtext TEXT   some text, then gr.Error(TEXT) (its text is on the wire)
  hash            characters, UTF-8 bytes and SHA-256 of the newest prompt as it came
  turns           "turn N: session S, prompt P" (see `told`)
  files           [[name, size in bytes], …] of the files with the newest message, as they lie on the server's disk
  past            [[role, first 40 characters], …] of all that the model was told
  anything else   "turn N: ", the words, a code block and some wide characters

What the model was told is the history of the session. A prompt that holds a past by itself (lines `System: …`, `User: …`,
`Assistant: …`, the last one an empty `Assistant:`) counts as the messages in it. Each piece leaves a line `said K: PROMPT` in
the record, with the first 60 characters of the prompt; K counts from 1.
"""

import hashlib
import json
import os
import sys
import threading
import time

import gradio
from qwen_agent import Agent
from qwen_agent.gui import WebUI
from qwen_agent.llm.schema import ASSISTANT, Message

PAUSE = float(os.environ.get('TOK', '0.01'))
RECORD = open(os.environ.get('RECORD', os.devnull), 'a', encoding='utf-8')
SLOW_PAUSE = 0.25
THINKING = 'Qwen is thinking...'
REWRITTEN = ['The answer is forty', 'The answer is forty-one, I think', 'The answer', 'The reply is', 'The reply is 42.']
ROLES = {'System:': 'system', 'User:': 'user', 'Assistant:': 'assistant'}


def text_of(message):
    content = message.content
    return content if isinstance(content, str) else ''.join(part.text or '' for part in content)


def files_of(message):
    content = message.content
    parts = [] if isinstance(content, str) else content
    paths = [(part.image or part.file or '').removeprefix('file://') for part in parts]
    return [[os.path.basename(path), os.path.getsize(path)] for path in paths if path]


def formatted_past(prompt):
    """The (role, text) pairs of a prompt that holds a whole past, or None for a plain message."""
    if not prompt.startswith(tuple(ROLES)) or not prompt.endswith('\nAssistant:'):
        return None
    pairs = []
    for line in prompt.removesuffix('\nAssistant:').split('\n'):
        head, _, rest = line.partition(' ')
        if head in ROLES:
            pairs.append([ROLES[head], rest])
        else:
            pairs[-1][1] += '\n' + line
    return [tuple(pair) for pair in pairs]


def told(messages):
    """All (role, text) pairs the model was told, past prompts opened up, oldest first."""
    pairs = []
    for message in messages:
        text = text_of(message)
        past = formatted_past(text) if message.role == 'user' else None
        pairs += past or [(message.role, text)]
    return pairs


def user_turns(pairs):
    return sum(role == 'user' for role, _ in pairs)


def growing(pieces):
    text = ''
    for piece in pieces:
        text += piece
        yield text


def spaced(words):
    return [word if i == 0 else ' ' + word for i, word in enumerate(words)]


def described(prompt):
    data = prompt.encode()
    return f'{len(prompt)} characters, {len(data)} bytes, {hashlib.sha256(data).hexdigest()}'


def frames(messages):
    """The whole text of the reply so far, again and again."""
    prompt, pairs = text_of(messages[-1]), told(messages)
    question = next(text for role, text in reversed(pairs) if role == 'user')
    scenario, *words = question.split() or ['']
    if scenario in ('long', 'slow'):
        yield from growing(spaced([f'word{i}' for i in range(int(words[0]))]))
    elif scenario == 'repeat':
        yield from growing([words[1]] * int(words[0]))
    elif scenario == 'rewrite':
        yield from REWRITTEN
    elif scenario == 'suffix':
        for text in growing(spaced(words)):
            yield f'{text}\n<summary>used {len(text)} characters</summary>'
    elif scenario in ('fail', 'failtext'):
        yield from growing(['some', ' text', ' and then'])
        raise gradio.Error(' '.join(words)) if scenario == 'failtext' else RuntimeError('the scripted model failed')
    elif scenario == 'hash':
        yield described(prompt)
    elif scenario == 'turns':
        session, newest = sum(m.role == 'user' for m in messages), user_turns(told(messages[-1:]))
        yield f'turn {user_turns(pairs)}: session {session}, prompt {newest}'
    elif scenario == 'files':
        yield json.dumps(files_of(messages[-1]), ensure_ascii=False)
    elif scenario == 'past':
        yield json.dumps([[role, text[:40]] for role, text in pairs], ensure_ascii=False)
    else:
        echo = spaced([f'turn {user_turns(pairs)}:', *question.split()])
        # Tildes: the WebUI of the Gradio 5 generation takes every ``` out of a reply.
        yield from growing([*echo, '\n\n~~~rust\n', 'fn main() {}\n', '~~~\n', '完了 🎉'])


class Scripted(Agent):

    def _run(self, messages, lang='en', **kwargs):
        prompt = text_of(messages[-1])
        label, pause = prompt[:60].replace('\n', ' '), SLOW_PAUSE if 'slow' in prompt[:60] else PAUSE
        yield self.bubble(THINKING)
        for said, text in enumerate(frames(messages), 1):
            time.sleep(pause)
            print(f'said {said}: {label}', file=RECORD, flush=True)
            yield self.bubble(text)

    def bubble(self, text):
        return [Message(role=ASSISTANT, content=text, name=self.name)]


def leave_with_the_parent():
    """A test run that is killed takes its servers along: the pipe on standard input closes with it."""
    sys.stdin.read()
    os._exit(0)


if __name__ == '__main__':
    if '--until-stdin-closes' in sys.argv:
        threading.Thread(target=leave_with_the_parent, daemon=True).start()
    # Without a system message of its own the newer generation would add one to every past.
    agents = [Scripted(name=name, description=name, system_message='') for name in ('Qwen2.5-1M', 'Documents')]
    WebUI(agents).run(server_name='127.0.0.1', server_port=int(sys.argv[1]))
