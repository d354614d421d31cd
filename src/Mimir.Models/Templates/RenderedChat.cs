using Mimir.Models.Tokenizers;

namespace Mimir.Models.Templates;

/// <summary>A conversation as the template writes it.</summary>
/// <param name="Text">The whole text.</param>
/// <param name="Foreign">The parts that came from messages, tools or variables rather than from the template: in order, disjoint, not empty.</param>
public sealed record RenderedChat(string Text, IReadOnlyList<TextSpan> Foreign);
