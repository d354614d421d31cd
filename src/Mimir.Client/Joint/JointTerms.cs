using Mimir.Client.Text;
using Mimir.Models.Folding;
using Mimir.Transport.Protos;
using Mimir.Transport.Sessions;
using Mimir.Models.Transformers;

namespace Mimir.Client.Joint;

/// <summary>
/// What data owners agree on before a session to which each of them brings a part of the prompt. All of it is public within the session.
/// </summary>
public sealed record JointTerms
{
    /// <summary>Most tokens of the last part: it is padded to its room under a secret mask.</summary>
    public const int LargestRoom = 1024;

    /// <summary>The prompt in order, at least one part.</summary>
    public required IReadOnlyList<JointPart> Parts { get; init; }

    /// <summary>Who receives the generated tokens, each once, at least one; a receiver need not bring a part.</summary>
    public required IReadOnlyList<string> Receivers { get; init; }

    /// <summary>How to generate. <see cref="GenerationOptions.PaddingBucket"/> is not used: the last part's room stands for it.</summary>
    public GenerationOptions Options { get; init; } = new();

    /// <summary>The session's terms on <paramref name="model"/>.</summary>
    /// <exception cref="ArgumentException">They cannot be run; says why.</exception>
    internal SessionTerms On(TextModel model)
    {
        if (Parts.Count == 0) throw new ArgumentException("a joint session needs at least one part of the prompt");
        if (Parts.Any(p => p.Tokens < 1)) throw new ArgumentException("every part of a joint prompt needs at least one token");
        if (Parts[^1].Tokens > LargestRoom) throw new ArgumentException($"the last part of a joint prompt has room for at most {LargestRoom} tokens, not {Parts[^1].Tokens}");
        if (Options is { ReusedRows: > 0 } or { KeepPrefix: true }) throw new ArgumentException("a joint session keeps and reuses no rows");
        var layout = model.LayoutOf(Options.Weights);
        var plan = PromptPlanner.Plan(layout, [.. Parts.Select(p => (p.Owner, p.Tokens))], Receivers, Options with { PaddingBucket = Parts[^1].Tokens });
        plan.Validate(layout, Options.Parties, layout.MaxPositions);
        var terms = SessionTermsCodec.Write(plan, ModelLayoutCodec.Digest(layout), Options.Parties, Options.Active);
        terms.MaxContext = (uint)Options.MaxContext;
        // What the other owners would refuse is not offered.
        _ = SessionTermsCodec.Read(terms);
        return terms;
    }

    /// <summary>How <paramref name="model"/>'s weights are shared when its layout is the one in <paramref name="terms"/>: as named, or else secret or public without an adapter.</summary>
    /// <exception cref="ArgumentException">Another model.</exception>
    internal static WeightTerms WeightsOf(TextModel model, SessionTerms terms, WeightTerms? named)
    {
        foreach (var weights in named is { } one ? [one] : (WeightTerms[])[WeightTerms.Secret, new WeightTerms(true, null)])
            if (terms.LayoutDigest.Span.SequenceEqual(ModelLayoutCodec.Digest(model.LayoutOf(weights)))) return weights;
        throw new ArgumentException($"the offer is for another model than '{model.Name}': its layout differs");
    }
}
