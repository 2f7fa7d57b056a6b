"""Pages made of modelscope_studio: 0.5 on Gradio 4.44, 1.6 on 5.50. It has no release for 6.31."""

import gradio
from catalogue import *

if IS_4:
    import modelscope_studio as studio
elif IS_5:
    import modelscope_studio.components.antd as antd
    import modelscope_studio.components.antdx as antdx
    import modelscope_studio.components.base as base
    import modelscope_studio.components.pro as pro

STUDIO_BOX = 'css=textarea:visible'


@page('p90', "modelscope_studio's chatbot and multimodal input, one step", versions=('4.44',), box=STUDIO_BOX)
def studio_04():
    with gradio.Blocks() as blocks:
        log, line = studio.Chatbot(label='Chat'), studio.MultimodalInput(label='Message')

        def reply(line, log):
            past = [question.text for question, _ in log]
            said = answer(line.text, past)
            return None, [*log, [{'text': line.text, 'flushing': False}, {'text': said, 'flushing': False}]]

        line.submit(reply, [line, log], [line, log])
    return blocks


def studio_page(build):
    """A page that stands in the containers of modelscope_studio 1."""
    with gradio.Blocks() as blocks, base.Application(), antdx.XProvider():
        build()
    return blocks


def spoken(kept):
    """What the users of a history have said."""
    return [turn['content'] for turn in kept if turn['role'] == 'user']


@page('p91', "modelscope_studio's Sender sends, the history is a State", versions=('5.50',), box=STUDIO_BOX)
def sender():
    def build():
        kept, log, line = gradio.State([]), pro.Chatbot(), antdx.Sender()

        def reply(line, kept):
            said = {'role': 'assistant', 'content': answer(line, spoken(kept))}
            kept = [*kept, {'role': 'user', 'content': line}, said]
            return gradio.update(value=''), kept, kept

        line.submit(reply, [line, kept], [line, log, kept])

    return studio_page(build)


@page('p92', "modelscope_studio's multimodal input and chatbot, take and stream", versions=('5.50',), box=STUDIO_BOX)
def multimodal():
    def build():
        kept, log, line = gradio.State([]), pro.Chatbot(), pro.MultimodalInput()

        def take_line(line, kept):
            kept = [*kept, {'role': 'user', 'content': line['text']}]
            return gradio.update(value=None), kept, kept

        def stream(kept):
            *past, newest = spoken(kept)
            for text in growing(answer(newest, past)):
                now = [*kept, {'role': 'assistant', 'content': text}]
                yield now, now

        line.submit(take_line, [line, kept], [line, log, kept]).then(stream, kept, [log, kept])

    return studio_page(build)


@page(
    'p93',
    "modelscope_studio's text area and button beside a select that the answer names",
    versions=('5.50',),
    box=STUDIO_BOX,
    button='Send',
    replies=replies(', by small'),
    setting=setting('Model', 'dropdown', 'large', replies(', by large')),
)
def text_area():
    def build():
        kept, log = gradio.State([]), pro.Chatbot()
        model = gradio.Dropdown(['small', 'large'], value='small', label='Model')
        line = antd.Input.Textarea(placeholder='Message')
        send = antd.Button('Send')

        def reply(line, kept, model):
            said = {'role': 'assistant', 'content': f'{answer(line, spoken(kept))}, by {model}'}
            kept = [*kept, {'role': 'user', 'content': line}, said]
            return gradio.update(value=''), kept, kept

        send.click(reply, [line, kept, model], [line, log, kept])

    return studio_page(build)
