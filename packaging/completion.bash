# bash completion for jailctl: the words come from the program, which knows its plugins.
eval "$(jailctl completion bash 2>/dev/null)"
