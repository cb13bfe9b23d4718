// Prints docs/OPERATIONS.md.
#include "tests/ops/support_table.hpp"

#include <iostream>

int main() { std::cout << spgrad::tests::support_table(); }
