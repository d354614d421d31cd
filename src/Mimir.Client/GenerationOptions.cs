using Mimir.Client.Sampling;
using Mimir.Models.Folding;

namespace Mimir.Client;

/// <summary>How to generate. Everything here is public within the session, but for <see cref="Owner"/>.</summary>
public sealed record GenerationOptions
{
    /// <summary>Tokens to generate.</summary>
    public int MaxTokens { get; init; } = 64;

    /// <summary>N.</summary>
    public int Parties { get; init; } = 2;

    /// <summary>MACs on.</summary>
    public bool Active { get; init; } = true;

    /// <summary>How the model's weights are shared.</summary>
    public WeightTerms Weights { get; init; } = WeightTerms.Secret;

    /// <summary>The one data owner gets the logits and samples itself; public weights only.</summary>
    public bool LogitsToOwner { get; init; }

    /// <summary>Guesses of the one data owner that are verified beside each token; 0: none.</summary>
    public int Speculate { get; init; }

    /// <summary>Rows of an earlier session of the first owner that the session begins with; its terms name it.</summary>
    public int ReusedRows { get; init; }

    /// <summary>The prompt's rows of the first owner are kept for its later sessions.</summary>
    public bool KeepPrefix { get; init; }

    /// <summary>Tokens before the prompt that everybody may know, computed in the clear; public weights only.</summary>
    public IReadOnlyList<int> PublicTokens { get; init; } = [];

    /// <summary>τ; 0 is greedy.</summary>
    public double Temperature { get; init; }

    /// <summary>Only the k likeliest tokens are sampled from; 0: all. Public.</summary>
    public int TopK { get; init; }

    /// <summary>What the owner does with logits that it gets; known to nobody else.</summary>
    public OwnerSampling Owner { get; init; } = OwnerSampling.None;

    /// <summary>
    /// The session may stop at the token that ends the text, which shows everybody where that is. False: it goes on to the next multiple of
    /// <see cref="PaddingBucket"/> steps, or to <see cref="MaxTokens"/>.
    /// </summary>
    public bool EarlyStop { get; init; }

    /// <summary>A session may stop after multiples of so many tokens; 1: after any.</summary>
    public int StopBucket => EarlyStop ? 1 : PaddingBucket;

    /// <summary>ε of each released token (docs/privacy.md); 0: no differential privacy.</summary>
    public double Epsilon { get; init; }

    /// <summary>Most ε of a whole session (<c>privacy.epsilon_session</c>); 0: no limit.</summary>
    public double EpsilonSession { get; init; }

    /// <summary>Seed of public sampling noise for repeatable runs; null: noise that the Triple Service deals.</summary>
    public long? NoiseSeed { get; init; }

    /// <summary>f (<c>fixed_point.scale_bits</c>).</summary>
    public int ScaleBits { get; init; } = 16;

    /// <summary>Degree of spline pieces (<c>cheby.deg</c>).</summary>
    public int ChebyshevDegree { get; init; } = 2;

    /// <summary>Share of step sections that are opened and recomputed (<c>triple_pool.audit_rate</c>).</summary>
    public double AuditRate { get; init; } = 0.01;

    /// <summary>Steps whose sections are dealt together and kept ready (<c>triple_pool.min_size</c>).</summary>
    public int BlockSteps { get; init; } = 4;

    /// <summary>Most positions of the prompt that run in lockstep (<c>scheduler.prefill_chunk</c>).</summary>
    public int PrefillChunk { get; init; } = 16;

    /// <summary>Lengths are rounded up to this (<c>padding.bucket</c>); 1 makes the length public.</summary>
    public int PaddingBucket { get; init; } = 16;

    /// <summary>Longest context (<c>scheduler.max_context</c>); 0: the model's.</summary>
    public int MaxContext { get; init; }
}
