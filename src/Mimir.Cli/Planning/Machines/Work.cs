using Mimir.Models.Transformers;

namespace Mimir.Cli.Planning.Machines;

/// <summary>
/// What one token is made of, in the seven things that cost time. All of them are exact counts from public shapes; nothing is measured here.
/// </summary>
/// <param name="MatrixBytes">Matrices, 8 bytes an element: read once per role and use.</param>
/// <param name="Activations">Elements that go through the MLP's activation, all layers.</param>
/// <param name="Scores">Attention scores, heads · positions, all layers: softmax and cache products.</param>
/// <param name="Rows">Rows of scores, one a head, all layers: what a softmax costs however long its row is.</param>
/// <param name="Vocabulary">Logits that take part in sampling.</param>
/// <param name="Opened">Elements that a party opens: truncations and masks of everything between the layers.</param>
/// <param name="Exchanges">Rounds on the critical path times the peers that each is exchanged with.</param>
public sealed record Work(double MatrixBytes, double Activations, double Scores, double Rows, double Vocabulary, double Opened, double Exchanges)
{
    /// <summary>Number of terms.</summary>
    public const int Terms = 7;

    /// <summary>The terms in order.</summary>
    public double[] Vector => [MatrixBytes, Activations, Scores, Rows, Vocabulary, Opened, Exchanges];

    /// <summary>The work of the <paramref name="run"/> positions before <paramref name="context"/> in lockstep, given their exact costs.</summary>
    public static Work Of(ModelLayout layout, int context, int run, int parties, long matrixBytes, long opened, long rounds) => new(
        matrixBytes,
        run * layout.Blocks.Sum(b => (double)b.Down.Columns),
        (double)layout.Layers * layout.Heads * run * context,
        (double)layout.Layers * layout.Heads * run,
        (double)run * layout.VocabularySize,
        opened,
        (double)rounds * (parties - 1));
}
