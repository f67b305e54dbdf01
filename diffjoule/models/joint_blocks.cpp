// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/models/joint_blocks.h"

#include "diffjoule/models/blocks.h"

namespace diffjoule::models {

void rope_table(Builder& b, std::int64_t tokens, const std::vector<std::int64_t>& axes, std::int64_t head_width) {
  for (const std::int64_t axis : axes) {
    const std::int64_t half = axis / 2;
    Tensor frequencies = b.div(b.div(Tensor{{half}, DType::float64}));
    frequencies =
        b.mul(b.elementwise(Elementwise::Kind::reciprocal, b.elementwise(Elementwise::Kind::pow, frequencies)));
    const Tensor angles = b.mul(Tensor{{tokens, 1}, DType::float64}, b.view(frequencies, {1, half}));
    for (const auto kind : {Elementwise::Kind::cos, Elementwise::Kind::sin}) {
      b.elementwise(kind, angles);
      const Tensor twice = b.clone(Tensor{{tokens, axis}, DType::float64});  // every value for both of a pair
      b.cast(twice, DType::float32);
    }
  }
  for (int table = 0; table < 2; ++table) b.concatenate({Tensor{{tokens, head_width}, DType::float32}}, 1);
}

Tensor rotate_pairs(Builder& b, const Tensor& x, const Heads& heads) {
  const std::int64_t batch = x.shape[0], tokens = x.shape[1], width = heads.head_width;
  const Tensor split = b.view(x, {batch, tokens, heads.count, width});
  const Tensor half{{batch, tokens, heads.count, width / 2}, x.dtype};
  const Tensor turned = b.view(b.stack(b.elementwise(Elementwise::Kind::neg, half), half), split.shape);
  const Tensor table{{1, tokens, 1, width}, x.dtype};
  return b.view(b.add(b.mul(split, table), b.mul(turned, table)), x.shape);
}

Tensor head_norm(Builder& b, std::string_view norm, const Tensor& x, const Heads& heads) {
  const Tensor split = b.view(x, {x.shape[0], x.shape[1], heads.count, heads.head_width});
  return b.view(rms_norm(b, norm, split), x.shape);
}

Tensor normed_projection(Builder& b, std::string_view projection, std::string_view norm, const Tensor& x,
                         const Heads& heads) {
  return head_norm(b, norm, b.linear(projection, x, heads.width(), heads.bias), heads);
}

Streams joint_attention(Builder& b, std::string_view name, const Streams& x, const Heads& heads) {
  auto scope = b.scope(name);
  const Tensor q = normed_projection(b, "to_q", "norm_q", x.image, heads),
               k = normed_projection(b, "to_k", "norm_k", x.image, heads);
  const Tensor v = b.linear("to_v", x.image, heads.width(), heads.bias);
  const Tensor text_q = normed_projection(b, "add_q_proj", "norm_added_q", x.text, heads);
  const Tensor text_k = normed_projection(b, "add_k_proj", "norm_added_k", x.text, heads);
  const Tensor text_v = b.linear("add_v_proj", x.text, heads.width(), heads.bias);
  const Tensor queries = rotate_pairs(b, b.concatenate({text_q, q}, 1), heads),
               keys = rotate_pairs(b, b.concatenate({text_k, k}, 1), heads);
  const Tensor values = b.concatenate({text_v, v}, 1);
  const Tensor mixed = b.clone(b.attention(queries, keys, values, heads.count, {.masked = heads.masked}));
  const Tensor image = b.narrow(mixed, 1, x.image.shape[1]), text = b.narrow(mixed, 1, x.text.shape[1]);
  return {b.linear("to_out.0", image, heads.width(), heads.bias),
          b.linear("to_add_out", text, heads.width(), heads.bias)};
}

Tensor modulation(Builder& b, std::string_view name, const Tensor& conditioning, std::int64_t parts, std::int64_t width,
                  Bias bias) {
  auto scope = b.scope(name);
  const Tensor all = b.linear("linear", b.silu(conditioning), parts * width, bias);
  return b.view(b.narrow(all, -1, width), {all.shape[0], 1, width});
}

Tensor gated_projection(Builder& b, const Tensor& both) {
  const Tensor half = b.narrow(both, -1, both.shape[-1] / 2);
  return b.mul(b.silu(half), half);
}

}  // namespace diffjoule::models
