using Mimir.Cli.Benching.Networks;
using Mimir.Models.Folding;

namespace Mimir.Cli.Benching;

/// <summary>What to measure.</summary>
/// <param name="Shape">A well-known shape (random weights) or a model directory.</param>
/// <param name="Context">Positions when the last token is sampled.</param>
/// <param name="Tokens">Tokens sampled.</param>
/// <param name="Parties">N.</param>
/// <param name="Active">MACs on.</param>
public sealed record BenchRequest(string Shape, int Context, int Tokens, int Parties, bool Active)
{
    /// <summary>What to continue, where the text matters: then the shape is a model directory, and the prompt as long as this.</summary>
    public string? Text { get; init; }

    /// <summary>Guesses verified beside each token.</summary>
    public int Speculate { get; init; }

    /// <summary>Emulated hosts by process name; null: everything here, on loopback.</summary>
    public IReadOnlyDictionary<string, EmulatedHost>? Hosts { get; init; }

    /// <summary>Whether to report where the time goes.</summary>
    public bool Breakdown { get; init; }

    /// <summary>Sessions at once.</summary>
    public int Lanes { get; init; } = 1;

    /// <summary>How the weights are shared.</summary>
    public WeightTerms Weights { get; init; } = WeightTerms.Secret;

    /// <summary>Threads among which every party and the Triple Service divide large kernels; null: the machine's processors, shared out among them.</summary>
    public int? Threads { get; init; }

    /// <summary>The data owner gets the logits and samples itself.</summary>
    public bool LogitsToOwner { get; init; }

    /// <summary>Tokens sampled before the measured ones, while code is still being compiled.</summary>
    public int Warm { get; init; }

    /// <summary>
    /// Whether the prompt is what counts: the measured session then follows one that is not, as any but a cluster's first does. Code has been compiled by then, and the
    /// system has supplied the memory.
    /// </summary>
    public bool Prefill { get; init; }

    /// <summary>Positions of the prompt.</summary>
    public int Prompt => Context - Tokens - Warm + 1;

    /// <summary>f.</summary>
    public int ScaleBits { get; init; } = 16;

    /// <summary>Degree of spline pieces.</summary>
    public int ChebyshevDegree { get; init; } = 2;

    /// <summary>Share of step sections audited.</summary>
    public double AuditRate { get; init; } = 0.01;

    /// <summary>Steps dealt together.</summary>
    public int BlockSteps { get; init; } = 4;
}
