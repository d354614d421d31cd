namespace Mimir.Models.Transformers;

/// <summary>
/// A low-rank addition to one matrix of a block: (W + B·A)·x. Norm gain and bias of the base are folded into A, the factor alpha/r and the
/// queries' 1/sqrt(headSize) into B. Parts that the base stacks (queries, keys, values; gate, up) are blocks: their A stacked, their
/// B side by side, zero outside their rows.
/// </summary>
/// <param name="Base">W, public: into a secret one its owner merges the adapter.</param>
/// <param name="Down">A: rank × W's columns; with a bias where a LayerNorm's bias is folded.</param>
/// <param name="Up">B: W's rows × rank, no bias.</param>
public sealed record AdapterLayout(SecretMatrix Base, SecretMatrix Down, SecretMatrix Up);
