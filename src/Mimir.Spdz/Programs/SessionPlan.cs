using Mimir.Models.Transformers;
using Mimir.Spdz.Gadgets;

namespace Mimir.Spdz.Programs;

/// <summary>One data owner's part of the prompt.</summary>
/// <param name="Owner">The owner's name, as its certificate says.</param>
/// <param name="Positions">Places it takes in the context.</param>
public sealed record PromptSegment(string Owner, int Positions);

/// <summary>
/// Everything public about one session, agreed by all roles before it starts. Positions and steps are counted from 0, and the same thing unless the
/// session speculates: then a step has a row of the cache to itself, and several rows may stand for one position.
/// </summary>
/// <remarks>
/// The last segment's real length is hidden within a bucket: its last <see cref="Uncertain"/> positions each carry, besides a token, a
/// secret bit "this is still the prompt". Where it is not, the token just generated is used instead. Client inputs are numbered: the
/// tokens by position, then the bits.
/// </remarks>
public sealed record SessionPlan
{
    /// <summary>Most guesses in one step.</summary>
    public const int MostGuesses = 15;

    /// <summary>Largest <see cref="TopK"/>.</summary>
    public const int MostTopK = 64;

    /// <summary>Largest <see cref="Epsilon"/>: clipped logits and their noise stay within what comparisons take.</summary>
    public const double MostEpsilon = 64;

    /// <summary>Largest temperature with <see cref="Epsilon"/>: noise of up to 36·τ must stay within what comparisons take.</summary>
    public const double MostPrivateTemperature = 2;

    /// <summary>The prompt, in order.</summary>
    public required IReadOnlyList<PromptSegment> Segments { get; init; }

    /// <summary>Trailing prompt positions that may already be generated text; 0 when the length is public.</summary>
    public required int Uncertain { get; init; }

    /// <summary>Who receives the tokens.</summary>
    public required IReadOnlyList<string> Receivers { get; init; }

    /// <summary>Tokens to generate.</summary>
    public required int MaxTokens { get; init; }

    /// <summary>τ; 0 is greedy.</summary>
    public required double Temperature { get; init; }

    /// <summary>k: only the k likeliest tokens are sampled from, found without anybody learning which; 0: all.</summary>
    public int TopK { get; init; }

    /// <summary>ε of each output (docs/privacy.md): logits are clipped so that its distribution hardly depends on the text; 0: no such promise.</summary>
    public double Epsilon { get; init; }

    /// <summary>ε of the whole session: every output counts, whether or not it is shown.</summary>
    public double SessionEpsilon => Epsilon * Outputs;

    /// <summary>
    /// Seed of public sampling noise for repeatable runs, or null: noise dealt by the Triple Service, known to nobody else.
    /// </summary>
    public required long? NoiseSeed { get; init; }

    /// <summary>f.</summary>
    public required int FractionBits { get; init; }

    /// <summary>Degree of spline pieces.</summary>
    public required int ChebyshevDegree { get; init; }

    /// <summary>Share of step sections that are opened and recomputed.</summary>
    public required double AuditRate { get; init; }

    /// <summary>Steps whose sections are dealt together and kept ready (`triple_pool.min_size`); see <see cref="Sessions.Schedule.GroupRows"/>.</summary>
    public required int BlockSteps { get; init; }

    /// <summary>Most positions of the prompt that run in lockstep (`scheduler.prefill_chunk`); see <see cref="Sessions.Schedule.Chunk"/>.</summary>
    public int PrefillChunk { get; init; } = 16;

    /// <summary>The logits go, masked, to the one data owner, who samples (public weights only).</summary>
    public bool LogitsToOwner { get; init; }

    /// <summary>
    /// k: guesses of the one data owner that are verified beside each token it puts in (`--speculate`): k + 1 positions run in lockstep; rows of wrong
    /// guesses stay in the cache, unused. 0: none.
    /// </summary>
    public int Speculate { get; init; }

    /// <summary>
    /// The one data owner, who alone receives, puts every token in: those after <see cref="FirstLogits"/> in parts of <see cref="Speculate"/> + 1, when it has
    /// the output before. Then there are no bits.
    /// </summary>
    public bool OwnerContinues => LogitsToOwner || Speculate > 0;

    /// <summary>
    /// Tokens before everybody's segments that are known to all (a system prompt): computed in the clear by every party (public weights only), and in the cache as
    /// constants.
    /// </summary>
    public IReadOnlyList<int> PublicTokens { get; init; } = [];

    /// <summary>Rows of an earlier session of the first segment's owner that this one begins with; 0: none.</summary>
    public int ReusedRows { get; init; }

    /// <summary>The first <see cref="KeptRows"/> rows are kept for later sessions of the first segment's owner.</summary>
    public bool KeepPrefix { get; init; }

    /// <summary>The first row that is computed; those before it are there.</summary>
    public int FirstRow => ReusedRows > 0 ? ReusedRows : PublicTokens.Count;

    /// <summary>Leading rows of certain prompt positions that are the first segment's owner's alone.</summary>
    public int KeptRows => Math.Min(FirstRow + Segments.TakeWhile(s => s.Owner == Segments[0].Owner).Sum(s => s.Positions), FirstLogits + 1);

    /// <summary>Prompt positions, public tokens and all segments.</summary>
    public int PromptPositions
    {
        get
        {
            var positions = FirstRow;
            for (var i = 0; i < Segments.Count; i++) positions += Segments[i].Positions;
            return positions;
        }
    }

    /// <summary>First step after which a token is sampled.</summary>
    public int FirstLogits => PromptPositions - 1 - Uncertain;

    /// <summary>Positions of the text, prompt and generated.</summary>
    public int Steps => PromptPositions + MaxTokens - 1;

    /// <summary>Rows of the cache, which are the steps dealt for: positions, and rows of guesses that may all turn out wrong.</summary>
    public int Rows => Steps + Speculate * (Steps - FirstLogits - 1);

    /// <summary>Numbers of client inputs before the first step: one token per prompt position (those of public ones are nobody's), one bit per uncertain one.</summary>
    public int Inputs => OwnerContinues ? FirstLogits + 1 : PromptPositions + Uncertain;

    /// <summary>Parts in which inputs come, at most: the segments of the prompt, then the tokens of one run each.</summary>
    public int InputSegments => Segments.Count + (OwnerContinues ? Steps - FirstLogits - 1 : 0);

    /// <summary>The part in which the token of <paramref name="row"/>, after the first logits, comes.</summary>
    public int SegmentOf(int row) => Segments.Count + (row - FirstLogits - 1) / (Speculate + 1);

    /// <summary>Sampled tokens, those after wrong guesses included.</summary>
    public int Outputs => Rows - FirstLogits;

    /// <summary>
    /// The first of <paramref name="cached"/> rows that attention runs over. With guesses rows are not positions: then it runs over all of them, and the parties
    /// drop those outside the window, whose positions they know.
    /// </summary>
    public int FirstSeen(Mimir.Models.Transformers.LayerAttention attention, int cached) => Speculate > 0 ? 0 : attention.First(cached);

    /// <summary>Whether a token is sampled after the step of <paramref name="row"/>.</summary>
    public bool HasLogits(int row) => row >= FirstLogits;

    /// <summary>Number of the bit input of a prompt position.</summary>
    public int BitInput(int position) => PromptPositions + position - (PromptPositions - Uncertain);

    /// <summary>
    /// The inputs that segment <paramref name="segment"/>'s owner provides: its tokens, then (last segment) the bits; where
    /// <see cref="OwnerContinues"/> its certain tokens, and behind the segments those of one run each, numbered by rows.
    /// </summary>
    public IReadOnlyList<int> InputsOf(int segment)
    {
        if (segment >= Segments.Count) return [.. Enumerable.Range(FirstLogits + 1 + (segment - Segments.Count) * (Speculate + 1), Speculate + 1)];
        var start = FirstRow + Segments.Take(segment).Sum(s => s.Positions);
        var tokens = Enumerable.Range(start, Segments[segment].Positions);
        if (OwnerContinues) return [.. tokens.Where(t => t <= FirstLogits)];
        return [.. segment == Segments.Count - 1 ? tokens.Concat(Enumerable.Range(PromptPositions, Uncertain)) : tokens];
    }

    /// <summary>Throws <see cref="ArgumentException"/> with one clear line when the plan cannot be run on <paramref name="layout"/>.</summary>
    public void Validate(ModelLayout layout, int parties, int maxContext)
    {
        if (parties < 2) throw new ArgumentException($"a session needs at least 2 parties, not {parties}");
        if (Segments.Count == 0 || Segments.Any(s => s.Positions < 1)) throw new ArgumentException("every prompt segment needs at least one token");
        if (Uncertain < 0 || Uncertain >= Segments[^1].Positions) throw new ArgumentException("the last prompt segment must keep at least one certain position");
        if (MaxTokens < 1) throw new ArgumentException($"max-tokens must be at least 1, not {MaxTokens}");
        if (Receivers.Count == 0) throw new ArgumentException("the session names no receiver of tokens");
        if (Receivers.Distinct().Count() != Receivers.Count) throw new ArgumentException("the session names a receiver of tokens twice");
        if (!(Temperature >= 0) || Temperature > 100) throw new ArgumentException($"temperature must lie in 0..100, not {Temperature}");
        if (TopK is < 0 or 1 or > MostTopK || TopK > layout.VocabularySize || (TopK > 0 && (Temperature == 0 || LogitsToOwner)))
            throw new ArgumentException($"topk must be 0 (all tokens) or lie in 2..{MostTopK}, at most the vocabulary, and with a temperature, where tokens are chosen under encryption; not {TopK}");
        ValidateEpsilon(layout);
        if (!(AuditRate >= 0) || AuditRate > 0.5) throw new ArgumentException($"triple_pool.audit_rate must lie in 0..0.5, not {AuditRate}");
        if (BlockSteps is < 1 or > 64) throw new ArgumentException($"triple_pool.min_size must lie in 1..64, not {BlockSteps}");
        if (PrefillChunk is < 1 or > 64) throw new ArgumentException($"scheduler.prefill_chunk must lie in 1..64, not {PrefillChunk}");
        if (LogitsToOwner && (!layout.HasPublicWeights() || layout.Adapters.Count > 0))
            throw new ArgumentException("logits may go to the data owner only when all weights are public: they would say something about secret ones");
        if (Speculate is < 0 or > MostGuesses) throw new ArgumentException($"speculate must lie in 0..{MostGuesses}, not {Speculate}");
        if (OwnerContinues && (Segments.Any(s => s.Owner != Segments[0].Owner) || Receivers.Count != 1 || Receivers[0] != Segments[0].Owner))
            throw new ArgumentException(LogitsToOwner
                ? "logits may go to a data owner only when the whole prompt is its own and it alone receives the tokens"
                : "a data owner may speculate only when the whole prompt is its own and it alone receives the tokens");
        var context = Math.Min(layout.MaxPositions, maxContext);
        var positions = FirstRow + Segments.Sum(s => (long)s.Positions);
        if (ReusedRows < 0 || (ReusedRows > 0 && PublicTokens.Count > 0)) throw new ArgumentException("a session reuses rows, which hold a public part already, or begins with a public part");
        if (PublicTokens.Count > 0 && (!layout.HasPublicWeights() || layout.Adapters.Count > 0))
            throw new ArgumentException("a part of the prompt can be computed in public only when all weights are public");
        if (PublicTokens.Any(t => t < 0 || t >= layout.VocabularySize)) throw new ArgumentException("the public part of the prompt holds a token that the model does not have");
        if (positions + MaxTokens - 1 > context)
            throw new ArgumentException($"the prompt takes {positions} positions and {MaxTokens} more tokens are wanted, {positions + MaxTokens - 1} together, but the context holds {context}; shorten the prompt or lower --max-tokens");
    }

    /// <summary>What would break the promise of docs/privacy.md is refused.</summary>
    private void ValidateEpsilon(ModelLayout layout)
    {
        if (Epsilon == 0) return;
        if (!(Epsilon > 0) || Epsilon > MostEpsilon) throw new ArgumentException($"epsilon must lie in (0, {MostEpsilon}], or be 0 for no differential privacy, not {Epsilon}");
        if (NoiseSeed is not null) throw new ArgumentException("epsilon and a seed exclude each other: noise that everybody knows hides nothing");
        if (LogitsToOwner || Speculate > 0) throw new ArgumentException("epsilon excludes logits to the owner and speculation: they release more than the text's tokens");
        if (TopK > 0) throw new ArgumentException("epsilon and top-k exclude each other: which tokens are left out depends on the text");
        if (!(Temperature > 0) || Temperature > MostPrivateTemperature) throw new ArgumentException($"epsilon needs a temperature in (0, {MostPrivateTemperature}], not {Temperature}");
        if (!(PrivateTokens.Width(Epsilon, Temperature, layout.VocabularySize, FractionBits) > 0))
            throw new ArgumentException($"epsilon {Epsilon} at temperature {Temperature} is less than the computation's own rounding takes; raise one of them");
    }
}
