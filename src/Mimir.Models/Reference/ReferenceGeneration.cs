namespace Mimir.Models.Reference;

/// <summary>What the reference generated, with the logits that each choice was made from.</summary>
/// <param name="Tokens">The chosen tokens, without the prompt.</param>
/// <param name="Logits">Logits[i], one per vocabulary entry, from which Tokens[i] was chosen.</param>
public sealed record ReferenceGeneration(IReadOnlyList<int> Tokens, IReadOnlyList<double[]> Logits);
