"""Chat formats of known model families, written anew, each with what it must look like.

The templates are short re-writings: they produce the families' text, not their code. `written` is the
text by hand for one conversation, so that a template and armo can't be wrong together; `‖` marks
the place where the prompt ends.
"""

from __future__ import annotations

from dataclasses import dataclass

from transformers import PreTrainedTokenizerFast

from tests.tiny import make_special_tokenizer

SYSTEM = "Be brief."
TURNS = [
    {"role": "user", "content": "Hi the"},
    {"role": "assistant", "content": "Yes 🙂"},
    {"role": "user", "content": "שלום in"},
    {"role": "assistant", "content": "End"},
]


@dataclass(frozen=True)
class Family:
    """A chat format.

    Attributes:
        name: For the test's name.
        template: Jinja source.
        special: Special tokens, all that the format uses.
        written: `TURNS` in this format, by hand, `‖` at the end of the prompt.
        system: `SYSTEM` before `TURNS` likewise; None if the family refuses a system turn.
        prompt_token: Last token of the prompt.
        last_token: Last token of the conversation.
        bos: Token that begins a conversation; None if the family has none.
        bos_per_user_turn: True where each user turn opens with it, as in Llama-2.
        alternates: True if user and assistant must take turns.
    """

    name: str
    template: str
    special: tuple[str, ...]
    written: str
    system: str | None
    prompt_token: str
    last_token: str
    bos: str | None = None
    bos_per_user_turn: bool = False
    alternates: bool = False

    def tokenizer(self, *more_merges: tuple[str, str]) -> PreTrainedTokenizerFast:
        """Return a tokenizer that would write a BOS of its own if it were let."""
        return make_special_tokenizer(self.template, self.special, self.bos, more_merges)

    def bos_count(self, messages: list[dict[str, str]]) -> int:
        """How often the format itself writes the BOS."""
        if self.bos is None:
            return 0
        users = sum(message["role"] == "user" for message in messages)
        return users if self.bos_per_user_turn else 1


LLAMA3 = Family(
    name="llama-3",
    template=(
        r"{{- bos_token }}{%- for m in messages %}"
        r"{{- '<|start_header_id|>' + m.role + '<|end_header_id|>\n\n' + m.content | trim }}"
        r"{{- '<|eot_id|>' }}{%- endfor %}{%- if add_generation_prompt %}"
        r"{{- '<|start_header_id|>assistant<|end_header_id|>\n\n' }}{%- endif %}"
    ),
    special=("<|begin_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"),
    written=(
        "<|begin_of_text|><|start_header_id|>user<|end_header_id|>\n\nHi the<|eot_id|>"
        "<|start_header_id|>assistant<|end_header_id|>\n\nYes 🙂<|eot_id|>"
        "<|start_header_id|>user<|end_header_id|>\n\nשלום in<|eot_id|>‖"
        "<|start_header_id|>assistant<|end_header_id|>\n\nEnd<|eot_id|>"
    ),
    system=(
        "<|begin_of_text|><|start_header_id|>system<|end_header_id|>\n\nBe brief.<|eot_id|>"
        "<|start_header_id|>user<|end_header_id|>\n\nHi the<|eot_id|>"
        "<|start_header_id|>assistant<|end_header_id|>\n\nYes 🙂<|eot_id|>"
        "<|start_header_id|>user<|end_header_id|>\n\nשלום in<|eot_id|>‖"
        "<|start_header_id|>assistant<|end_header_id|>\n\nEnd<|eot_id|>"
    ),
    prompt_token="<|eot_id|>",
    last_token="<|eot_id|>",
    bos="<|begin_of_text|>",
)
LLAMA2 = Family(
    name="llama-2",
    template=(
        r"{%- if messages[0].role == 'system' %}"
        r"{%- set turns = messages[1:] %}"
        r"{%- set start = '<<SYS>>\n' + messages[0].content + '\n<</SYS>>\n\n' %}"
        r"{%- else %}{%- set turns = messages %}{%- set start = '' %}{%- endif %}"
        r"{%- for m in turns %}"
        r"{%- if (m.role == 'user') != (loop.index0 % 2 == 0) %}"
        r"{{- raise_exception('roles must alternate') }}{%- endif %}"
        r"{%- set said = (start if loop.first else '') + m.content %}"
        r"{%- if m.role == 'user' %}{{- bos_token + '[INST] ' + said | trim + ' [/INST]' }}"
        r"{%- else %}{{- ' ' + said | trim + ' ' + eos_token }}{%- endif %}{%- endfor %}"
    ),
    special=("<s>", "</s>"),
    written="<s>[INST] Hi the [/INST] Yes 🙂 </s><s>[INST] שלום in [/INST]‖ End </s>",
    system=(
        "<s>[INST] <<SYS>>\nBe brief.\n<</SYS>>\n\nHi the [/INST] Yes 🙂 </s>"
        "<s>[INST] שלום in [/INST]‖ End </s>"
    ),
    prompt_token="]",
    last_token="</s>",
    bos="<s>",
    bos_per_user_turn=True,
    alternates=True,
)
GEMMA2 = Family(
    name="gemma-2",
    template=(
        r"{{- bos_token }}{%- if messages[0].role == 'system' %}"
        r"{{- raise_exception('System role not supported') }}{%- endif %}"
        r"{%- for m in messages %}"
        r"{%- if (m.role == 'user') != (loop.index0 % 2 == 0) %}"
        r"{{- raise_exception('roles must alternate') }}{%- endif %}"
        r"{%- set role = 'model' if m.role == 'assistant' else m.role %}"
        r"{{- '<start_of_turn>' + role + '\n' + m.content | trim + '<end_of_turn>\n' }}"
        r"{%- endfor %}"
        r"{%- if add_generation_prompt %}{{- '<start_of_turn>model\n' }}{%- endif %}"
    ),
    special=("<bos>", "<start_of_turn>", "<end_of_turn>"),
    written=(
        "<bos><start_of_turn>user\nHi the<end_of_turn>\n<start_of_turn>model\nYes 🙂<end_of_turn>\n"
        "<start_of_turn>user\nשלום in<end_of_turn>\n‖<start_of_turn>model\nEnd<end_of_turn>\n"
    ),
    system=None,
    prompt_token="\n",
    last_token="\n",
    bos="<bos>",
    alternates=True,
)


def _mistral(name: str, takes_system: str, system: str | None) -> Family:
    """Mistral's format; its versions differ in the turn that the system text is put into."""
    return Family(
        name=name,
        template=(
            r"{%- if messages[0].role == 'system' %}"
            r"{%- set turns = messages[1:] %}{%- set start = messages[0].content + '\n\n' %}"
            r"{%- else %}{%- set turns = messages %}{%- set start = '' %}{%- endif %}"
            r"{%- set asked = turns | selectattr('role', 'equalto', 'user') | list %}"
            r"{{- bos_token }}{%- for m in turns %}"
            r"{%- if (m.role == 'user') != (loop.index0 % 2 == 0) %}"
            r"{{- raise_exception('roles must alternate') }}{%- endif %}"
            r"{%- if m.role == 'user' %}"
            rf"{{{{- '[INST] ' + (start if {takes_system} else '') + m.content + '[/INST]' }}}}"
            r"{%- else %}{{- ' ' + m.content | trim + eos_token }}{%- endif %}{%- endfor %}"
        ),
        special=("<s>", "</s>", "[INST]", "[/INST]"),
        written="<s>[INST] Hi the[/INST] Yes 🙂</s>[INST] שלום in[/INST]‖ End</s>",
        system=system,
        prompt_token="[/INST]",
        last_token="</s>",
        bos="<s>",
        alternates=True,
    )


MISTRAL_FIRST = _mistral(
    "mistral-first",
    "loop.first",
    "<s>[INST] Be brief.\n\nHi the[/INST] Yes 🙂</s>[INST] שלום in[/INST]‖ End</s>",
)
MISTRAL_LAST = _mistral(
    "mistral-last",
    "loop.index0 == 2 * (asked | length) - 2",
    "<s>[INST] Hi the[/INST] Yes 🙂</s>[INST] Be brief.\n\nשלום in[/INST]‖ End</s>",
)
# As version 0.3: the last message takes the system text, if it is the user's. Once the response is
# there, no message is, and the text is lost.
MISTRAL_LOSING = _mistral("mistral-0.3", "loop.last", None)


def _chatml(name: str, default: str) -> Family:
    first = f"<|im_start|>system\n{default}<|im_end|>\n" if default else ""
    source = first.replace("\n", r"\n")
    turns = (
        "<|im_start|>user\nHi the<|im_end|>\n<|im_start|>assistant\nYes 🙂<|im_end|>\n"
        "<|im_start|>user\nשלום in<|im_end|>\n‖<|im_start|>assistant\nEnd<|im_end|>\n"
    )
    return Family(
        name=name,
        template=(
            rf"{{%- if messages[0].role != 'system' %}}{{{{- '{source}' }}}}{{%- endif %}}"
            r"{%- for m in messages %}"
            r"{{- '<|im_start|>' + m.role + '\n' + m.content + '<|im_end|>\n' }}{%- endfor %}"
            r"{%- if add_generation_prompt %}{{- '<|im_start|>assistant\n' }}{%- endif %}"
        ),
        special=("<|im_start|>", "<|im_end|>"),
        written=first + turns,
        system=f"<|im_start|>system\n{SYSTEM}<|im_end|>\n" + turns,
        prompt_token="\n",
        last_token="\n",
    )


CHATML = _chatml("chatml", "")
QWEN25 = _chatml("qwen2.5", "You are Q. You help.")
SMOLLM2 = _chatml("smollm2", "You help and are named S")
