#!/bin/sh
# isa_symbols.sh OBJECT...: an object that is compiled for one instruction set must show others nothing but its table().
# A weak (inline, template) symbol in it might be what the linker keeps for the whole program, which older processors
# could then not run.
[ $# -gt 0 ] || { echo "usage: isa_symbols.sh OBJECT..." >&2; exit 2; }
status=0
for object; do
  symbols=$(nm --defined-only --extern-only "$object") || exit 1
  tables=$(echo "$symbols" | grep -c ' T _ZN6spgrad7kernels[0-9]*[a-z0-9]*5tableEv$')
  others=$(echo "$symbols" | grep -v ' T _ZN6spgrad7kernels[0-9]*[a-z0-9]*5tableEv$')
  [ "$tables" -eq 1 ] || { echo "$object: table() is defined $tables times, not once"; status=1; }
  [ -z "$others" ] || { echo "$object: symbols that a linker could pick for other files:"; echo "$others"; status=1; }
done
exit $status
