using Google.Protobuf;
using Mimir.Spdz;
using Mimir.Spdz.Programs;
using Mimir.Transport.Protos;
using Mimir.Trust;

namespace Mimir.Transport.Sessions;

/// <summary>A <see cref="SessionPlan"/> as a message and back.</summary>
public static class SessionTermsCodec
{
    private const int MaxSegments = 64;
    private const int MaxPublicTokens = 1 << 16;

    /// <summary>The terms of <paramref name="plan"/> on the model with <paramref name="layoutDigest"/>.</summary>
    public static SessionTerms Write(SessionPlan plan, ReadOnlySpan<byte> layoutDigest, int parties, bool active)
    {
        var terms = new SessionTerms
        {
            LayoutDigest = ByteString.CopyFrom(layoutDigest),
            Parties = (uint)parties,
            Security = active ? SecurityLevel.Active : SecurityLevel.Passive,
            Uncertain = (uint)plan.Uncertain,
            MaxTokens = (uint)plan.MaxTokens,
            Temperature = plan.Temperature,
            ScaleBits = (uint)plan.FractionBits,
            ChebyshevDegree = (uint)plan.ChebyshevDegree,
            AuditRate = plan.AuditRate,
            BlockSteps = (uint)plan.BlockSteps,
            PrefillChunk = (uint)plan.PrefillChunk,
        };
        (terms.TopK, terms.Epsilon) = ((uint)plan.TopK, plan.Epsilon);
        terms.LogitsToOwner = plan.LogitsToOwner;
        terms.Speculate = (uint)plan.Speculate;
        (terms.KeepPrefix, terms.PrefixRows) = (plan.KeepPrefix, (uint)plan.ReusedRows);
        terms.PublicTokens.AddRange(plan.PublicTokens.Select(t => (uint)t));
        if (plan.NoiseSeed is { } seed) terms.NoiseSeed = seed;
        terms.Owners.AddRange(plan.Segments.Select(s => new OwnerSegment { Owner = s.Owner, Positions = (uint)s.Positions }));
        terms.Receivers.AddRange(plan.Receivers);
        return terms;
    }

    /// <summary>The plan in <paramref name="terms"/>, from whomever they come. Whether it fits a model: <see cref="SessionPlan.Validate"/>.</summary>
    /// <exception cref="ArgumentException">A field is missing or out of range; one line that says which.</exception>
    public static SessionPlan Read(SessionTerms? terms)
    {
        if (terms is null) throw new ArgumentException("the session has no terms");
        if (terms.Owners.Count is < 1 or > MaxSegments) throw new ArgumentException($"a session has 1 to {MaxSegments} prompt segments, not {terms.Owners.Count}");
        if (terms.PublicTokens.Count > MaxPublicTokens) throw new ArgumentException($"the public part of a prompt has at most {MaxPublicTokens} tokens, not {terms.PublicTokens.Count}");
        if (terms.Receivers.Count is < 1 or > MaxSegments) throw new ArgumentException($"a session has 1 to {MaxSegments} receivers, not {terms.Receivers.Count}");
        if (terms.Receivers.Distinct().Count() != terms.Receivers.Count) throw new ArgumentException("the session names a receiver twice");
        foreach (var name in terms.Owners.Select(o => o.Owner).Concat(terms.Receivers))
            if (!PeerName.IsValid(name)) throw new ArgumentException($"a data owner's name has 1 to {PeerName.MaxLength} characters out of a-z, 0-9, '.', '-', '_' and starts with a letter or digit");
        if (terms.PrefixSession.Length != (terms.PrefixRows > 0 ? SessionId.Size : 0)) throw new ArgumentException("a session that reuses rows names the session they are of, and no other one does");
        _ = IsActive(terms.Security);
        return new SessionPlan
        {
            Segments = [.. terms.Owners.Select(o => new PromptSegment(o.Owner, Bounded(o.Positions, "positions of a segment")))],
            Uncertain = Bounded(terms.Uncertain, "uncertain positions"),
            Receivers = [.. terms.Receivers],
            MaxTokens = Bounded(terms.MaxTokens, "max-tokens"),
            Temperature = terms.Temperature,
            TopK = Bounded(terms.TopK, "topk"),
            Epsilon = terms.Epsilon,
            NoiseSeed = terms.HasNoiseSeed ? terms.NoiseSeed : null,
            FractionBits = terms.ScaleBits is >= 8 and <= 20 ? (int)terms.ScaleBits : throw new ArgumentException($"fixed_point.scale_bits must lie in 8..20, not {terms.ScaleBits}"),
            ChebyshevDegree = terms.ChebyshevDegree is >= 1 and <= 8 ? (int)terms.ChebyshevDegree : throw new ArgumentException($"cheby.deg must lie in 1..8, not {terms.ChebyshevDegree}"),
            AuditRate = terms.AuditRate,
            BlockSteps = Bounded(terms.BlockSteps, "triple_pool.min_size"),
            LogitsToOwner = terms.LogitsToOwner,
            Speculate = Bounded(terms.Speculate, "speculate"),
            KeepPrefix = terms.KeepPrefix,
            ReusedRows = Bounded(terms.PrefixRows, "reused rows"),
            PublicTokens = terms.PublicTokens.Count == 0 ? [] : [.. terms.PublicTokens.Select(t => Bounded(t, "a public token"))],
            PrefillChunk = Bounded(terms.PrefillChunk, "scheduler.prefill_chunk"),
        };
    }

    /// <summary>Whether MACs are on.</summary>
    /// <exception cref="ArgumentException">The level is none.</exception>
    public static bool IsActive(SecurityLevel level) => level switch
    {
        SecurityLevel.Active => true,
        SecurityLevel.Passive => false,
        _ => throw new ArgumentException("security is neither active nor passive"),
    };

    private static int Bounded(uint value, string what) =>
        value <= 1 << 20 ? (int)value : throw new ArgumentException($"{what}: {value} is more than {1 << 20}");
}
