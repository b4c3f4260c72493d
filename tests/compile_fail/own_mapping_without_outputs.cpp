// expect: stylegan::Generator: the mapping lacks outputs() const, the length of w
// SPDX-License-Identifier: Apache-2.0
#include <stylegan/models/any_generator.hpp>

using namespace stylegan;

struct Mapping {
    struct Cache {};
    Mapping(const Architecture&) {}
    void forward(Context<Cpu>&, Rows<const float>, Rows<const float>, Rows<float>, Cache*) const {}
    void backward(Context<Cpu>&, Cache&, Rows<const float>, Rows<float>, Pass) {}
    template <class Self, class F>
    static void visit(Self&, const std::string&, F&) {}
};

int main() { const AnyGenerator<Cpu, SynthesisNetwork<Cpu>, Mapping> generator(config_f); }
