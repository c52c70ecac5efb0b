"""Qwen3's chat format: reasoning stays only after the last question, tools answer as the user."""

from __future__ import annotations

from tests.backbone.templates import SYSTEM, Family

_TURNS = (
    "<|im_start|>user\nHi the<|im_end|>\n<|im_start|>assistant\nYes 🙂<|im_end|>\n"
    "<|im_start|>user\nשלום in<|im_end|>\n‖"
    "<|im_start|>assistant\n<think>\n\n</think>\n\nEnd<|im_end|>\n"
)
_LAST_QUESTION = (
    r"{%- set ns = namespace(asked=messages | length - 1, seek=true) %}"
    r"{%- for m in messages | reverse %}{%- set place = messages | length - 1 - loop.index0 %}"
    r"{%- if ns.seek and m.role == 'user' and m.content is string "
    r"and not (m.content.startswith('<tool_response>') "
    r"and m.content.endswith('</tool_response>')) %}"
    r"{%- set ns.seek = false %}{%- set ns.asked = place %}{%- endif %}{%- endfor %}"
)
_ANSWER = (
    r"{%- set thought = '' %}"
    r"{%- if m.reasoning_content is string %}{%- set thought = m.reasoning_content %}"
    r"{%- elif '</think>' in said %}"
    r"{%- set thought = said.split('</think>')[0].split('<think>')[-1].strip('\n') %}"
    r"{%- set said = said.split('</think>')[-1].lstrip('\n') %}{%- endif %}"
    r"{{- '<|im_start|>assistant\n' }}"
    r"{%- if loop.index0 > ns.asked and (loop.last or thought) %}"
    r"{{- '<think>\n' + thought.strip('\n') + '\n</think>\n\n' + said.lstrip('\n') }}"
    r"{%- else %}{{- said }}{%- endif %}"
    r"{%- for call in m.tool_calls or [] %}{%- set call = call.function or call %}"
    r"{{- ('' if loop.first and not said else '\n') + '<tool_call>\n{\"name\": \"' + call.name }}"
    r"{{- '\", \"arguments\": ' + call.arguments | tojson + '}\n</tool_call>' }}{%- endfor %}"
    r"{{- '<|im_end|>\n' }}"
)
_TOOL = (
    r"{%- if loop.first or messages[loop.index0 - 1].role != 'tool' %}"
    r"{{- '<|im_start|>user' }}{%- endif %}"
    r"{{- '\n<tool_response>\n' + said + '\n</tool_response>' }}"
    r"{%- if loop.last or messages[loop.index0 + 1].role != 'tool' %}"
    r"{{- '<|im_end|>\n' }}{%- endif %}"
)
QWEN3 = Family(
    name="qwen3",
    template=(
        _LAST_QUESTION + r"{%- for m in messages %}"
        r"{%- set said = m.content if m.content is string else '' %}"
        r"{%- if m.role == 'assistant' %}" + _ANSWER + r"{%- elif m.role == 'tool' %}" + _TOOL + ""
        r"{%- else %}{{- '<|im_start|>' + m.role + '\n' + said + '<|im_end|>\n' }}{%- endif %}"
        r"{%- endfor %}{%- if add_generation_prompt %}{{- '<|im_start|>assistant\n' }}{%- endif %}"
    ),
    special=("<|im_start|>", "<|im_end|>", "<think>", "</think>"),
    written=_TURNS,
    system=f"<|im_start|>system\n{SYSTEM}<|im_end|>\n" + _TURNS,
    prompt_token="\n",
    last_token="\n",
)
