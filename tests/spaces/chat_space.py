"""Chat Spaces on real Gradio 5 or 6, with a script in the place of the model.

usage: chat_space.py PORT [--until-stdin-closes]        TOK=seconds between two pieces (0.01), RECORD=file (none)

One server holds every kind, each an app of its own below its path:

  /std     ChatInterface with a system message, max tokens, temperature, a style and a flag
  /plain   ChatInterface with nothing beside the message
  /think   ChatInterface whose replies begin with a thought, as a message with a title
  /tags    ChatInterface whose replies hold a thought between <think> tags
  /multi   ChatInterface that takes files and gives one back
  /private ChatInterface whose function its author keeps from programs
  /blocks  a page made by hand; its chatbot component is the history
  /saved   the same, the history saved in a State by a last step that shows nothing
  /pairs   the same in pairs on Gradio 5, in messages on 6, one function that a button fires, the history in a State
  /ask     a function "predict" that takes a text and gives one; nobody remembers anything
  /signed  a page by hand that answers only who signs in with a token of the Hub, and tells its end
  /none    an app without any chat

The first word of the newest message chooses what the "model" says:

  told            as JSON: all that was received: settings, and the past as [role, text] pairs, the message last
  slow N          word0 word1 … with a quarter of a second between the words
  fail            some text, then an exception
  quota           gr.Error with the words of a used up quota
  anything else   the message again, piece by piece, with some wide characters behind

A message that holds a formatted past (`User: …` lines, an empty `Assistant:` last) is told as it is. Each piece leaves a line
`said K: PROMPT` in the record, with the first 60 characters of the message; K counts from 1.
"""

import json
import os
import sys
import threading
import time

import fastapi
import gradio
import uvicorn

PAUSE = float(os.environ.get('TOK', '0.01'))
RECORD = open(os.environ.get('RECORD', os.devnull), 'a', encoding='utf-8')
SLOW_PAUSE = 0.25
IS_NEW = int(gradio.__version__.split('.')[0]) >= 6
MESSAGES = {} if IS_NEW else {'type': 'messages'}


def text_of(content):
    """The text of a message's content, which Gradio 6 gives as a list of parts."""
    if isinstance(content, list):
        return ''.join(part.get('text', '') for part in content if isinstance(part, dict))
    return content if isinstance(content, str) else ''


def past_of(history):
    """[role, text] pairs of a history in messages or in pairs."""
    past = []
    for turn in history:
        if isinstance(turn, dict):
            past.append([turn['role'], text_of(turn['content'])])
        else:
            past += [[role, text] for role, text in zip(('user', 'assistant'), turn) if text]
    return past


def replies(message, history, **settings):
    """The whole text of the reply so far, again and again."""
    word, *rest = message.split() or ['']
    if word == 'told':
        received = {'settings': settings, 'past': [*past_of(history), ['user', message]]}
        pieces = [json.dumps(received, ensure_ascii=False)]
    elif word == 'slow':
        pieces = [f'word{number} ' for number in range(int(rest[0]))]
    elif word in ('fail', 'quota'):
        pieces = ['some', ' text', ' and then']
    elif message.endswith('\nAssistant:'):
        pieces = [message]
    else:
        pieces = [*(f'{part} ' for part in message.split()), '完了 🎉']
    text, pause = '', SLOW_PAUSE if word == 'slow' else PAUSE
    for said, piece in enumerate(pieces, 1):
        time.sleep(pause)
        print(f'said {said}: {message[:60]}', file=RECORD, flush=True)
        text += piece
        yield text
    if word == 'fail':
        raise RuntimeError('the scripted model failed')
    if word == 'quota':
        raise gradio.Error('You have exceeded your GPU quota (60s requested vs. 0s left). Try again in 0:12:00')


def std(message, history, system_message, max_tokens, temperature, style, brief):
    yield from replies(message, history, system_message=system_message, max_tokens=max_tokens, temperature=temperature, style=style, brief=brief)


def plain(message, history):
    yield from replies(message, history)


def think(message, history):
    thought = gradio.ChatMessage(role='assistant', content='considering', metadata={'title': 'Thinking', 'status': 'pending'})
    yield thought
    for text in replies(message, history):
        yield [thought, gradio.ChatMessage(role='assistant', content=text)]


def tags(message, history):
    for text in ('<thi', '<think>', '<think>considering', '<think>considering</think>\n\n'):
        time.sleep(PAUSE)
        yield text
    for text in replies(message, history):
        yield f'<think>considering</think>\n\n{text}'


def multi(message, history):
    names = [[os.path.basename(path), os.path.getsize(path)] for path in message['files']]
    for text in replies(message['text'], history, files=names):
        yield text
    path = os.path.join(os.path.dirname(RECORD.name) or '/tmp', 'answer.txt')
    with open(path, 'w', encoding='utf-8') as answer:
        answer.write('a file')
    yield [gradio.ChatMessage(role='assistant', content=text), gradio.ChatMessage(role='assistant', content={'path': path})]


def blocks():
    with gradio.Blocks() as page:
        chatbot, box, heat = gradio.Chatbot(**MESSAGES), gradio.Textbox(label='Your message'), gradio.Slider(0, 2, 1, label='Heat')

        def add(text, turns):
            return '', turns + [{'role': 'user', 'content': text}]

        def answer(turns, heat):
            *past, newest = turns
            for text in replies(text_of(newest['content']), past, heat=heat):
                yield turns + [{'role': 'assistant', 'content': text}]

        box.submit(add, [box, chatbot], [box, chatbot], queue=False).then(answer, [chatbot, heat], chatbot)
    return page


def saved():
    with gradio.Blocks() as page:
        chatbot, past, box = gradio.Chatbot(**MESSAGES), gradio.State([]), gradio.Textbox()

        def add(text, turns):
            return '', turns + [{'role': 'user', 'content': text}]

        def answer(turns, past):
            for text in replies(text_of(turns[-1]['content']), past):
                yield turns + [{'role': 'assistant', 'content': text}]

        added = box.submit(None, js='() => null').then(add, [box, chatbot], [box, chatbot], queue=False)
        added.then(answer, [chatbot, past], chatbot).then(lambda turns: turns, chatbot, past)
    return page


def pairs():
    with gradio.Blocks() as page:
        chatbot = gradio.Chatbot(**({} if IS_NEW else {'type': 'tuples'}))
        past, box, button = gradio.State([]), gradio.Textbox(), gradio.Button('Send')

        def shown(turns):
            if not IS_NEW:
                return turns
            return [{'role': role, 'content': text} for turn in turns for role, text in zip(('user', 'assistant'), turn)]

        def answer(text, turns):
            for reply in replies(text, turns):
                yield shown(turns + [[text, reply]]), turns + [[text, reply]]

        button.click(answer, [box, past], [chatbot, past])
    return page


def ask():
    with gradio.Blocks() as page:
        prompt, button, answer = gradio.Textbox(label='Prompt'), gradio.Button('Go'), gradio.Textbox(label='Answer')
        button.click(lambda prompt: list(replies(prompt, []))[-1], prompt, answer, api_name='predict')
    return page


def signed():
    with gradio.Blocks() as page:
        chatbot, box = gradio.Chatbot(**MESSAGES), gradio.Textbox()

        def add(text, turns):
            return '', turns + [{'role': 'user', 'content': text}]

        def answer(turns, token: gradio.OAuthToken):
            yield turns + [{'role': 'assistant', 'content': f'your token ends in {token.token[-4:]}'}]

        box.submit(add, [box, chatbot], [box, chatbot]).then(answer, chatbot, chatbot)
    return page


def none():
    with gradio.Blocks() as page:
        image = gradio.Image()
        gradio.Button('Flip').click(lambda image: image, image, image)
    return page


def inputs():
    return [
        gradio.Textbox('You are a friendly Chatbot.', label='System message'),
        gradio.Slider(1, 2048, 512, step=1, label='Max new tokens'),
        gradio.Slider(0.1, 4.0, 0.7, step=0.1, label='Temperature'),
        gradio.Dropdown([('In prose', 'prose'), ('In verse', 'verse')], value='prose', label='Style'),
        gradio.Checkbox(False, label='Brief'),
    ]


LOCKED = 'locked'


def apps():
    interface = gradio.ChatInterface
    yield 'std', interface(std, additional_inputs=inputs(), title='Scripted chat', **MESSAGES)
    yield 'multi', interface(multi, multimodal=True, **MESSAGES)
    for function in (plain, think, tags):
        yield function.__name__, interface(function, **MESSAGES)
    yield 'private', interface(plain, api_name=False, **MESSAGES)
    yield LOCKED, interface(plain, **MESSAGES)
    for page in (blocks, saved, pairs, ask, none, signed):
        yield page.__name__, page()


def leave_with_the_parent():
    """A test run that is killed takes its servers along: the pipe on standard input closes with it."""
    sys.stdin.read()
    os._exit(0)


if __name__ == '__main__':
    if '--until-stdin-closes' in sys.argv:
        threading.Thread(target=leave_with_the_parent, daemon=True).start()
    server = fastapi.FastAPI()
    for name, app in apps():
        app.queue(max_size=20)
        files = os.path.dirname(os.path.abspath(RECORD.name))
        auth = ('ann', 'se:cret') if name == LOCKED else None
        server = gradio.mount_gradio_app(server, app, path=f'/{name}', allowed_paths=[files], auth=auth)

    @server.get('/config')
    def config():
        return {}

    uvicorn.run(server, host='127.0.0.1', port=int(sys.argv[1]), log_level='warning')
