using Mimir.Spdz.Programs;

namespace Mimir.Spdz.Sessions;

/// <summary>
/// How the one data owner goes on with its text where it puts the tokens in itself (<see cref="SessionPlan.OwnerContinues"/>): after each run it compares the
/// samples with its guesses, keeps those that follow right ones, and says what comes next. No masks, no transport.
/// </summary>
/// <remarks>
/// A run has the token of its first position and k further ones, of the prompt as long as there is any, then guesses. Sample i is for the position after token i
/// and counts if tokens 1..i are the text's: it was then drawn given exactly the text before it, so which tokens come out, or with which
/// probability, does not depend on the guesses (docs/speculation.md).
/// </remarks>
public sealed class Continuation
{
    private readonly SessionPlan _plan;
    private readonly IDrafter? _drafter;
    private readonly List<int> _text = [];
    private int[] _run;
    private int _accepted;

    /// <summary>The whole <paramref name="prompt"/> after the public tokens, and who guesses; nobody: zeros.</summary>
    public Continuation(SessionPlan plan, IEnumerable<int> prompt, IDrafter? drafter)
    {
        (_plan, _drafter, Position, Part) = (plan, drafter, plan.FirstLogits, plan.Segments.Count);
        foreach (var token in plan.PublicTokens.Concat(prompt)) Know(token);
        _run = [_text[Position]];
    }

    /// <summary>Position of the first token of the run in progress.</summary>
    public int Position { get; private set; }

    /// <summary>Samples that the run in progress gives: one a token.</summary>
    public int Samples => _run.Length;

    /// <summary>The part of the inputs that <see cref="Next"/> gives; there is none behind <see cref="SessionPlan.InputSegments"/>.</summary>
    public int Part { get; private set; }

    /// <summary>Takes the samples of the run in progress; returns the tokens that they add to the text.</summary>
    public IReadOnlyList<int> Take(ReadOnlySpan<int> samples)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(samples.Length, _run.Length, nameof(samples));
        var granted = new List<int>();
        for (_accepted = 0; ; _accepted++)
        {
            var next = Position + _accepted + 1;
            if (next == _text.Count)
            {
                granted.Add(samples[_accepted]);
                Know(samples[_accepted]);
            }
            if (_accepted + 1 == _run.Length || _run[_accepted + 1] != _text[next]) break;
        }
        Position += _accepted + 1;
        return granted;
    }

    /// <summary>
    /// What to put in next: how many guesses of the last run were right, and k + 1 tokens. The session is through when <see cref="Position"/> has reached
    /// <see cref="SessionPlan.Steps"/>: the parties learn it from the same number, and nothing is computed from the tokens.
    /// </summary>
    public (int Accepted, int[] Tokens) Next()
    {
        Part++;
        _run = new int[_plan.Speculate + 1];
        var known = Math.Clamp(_text.Count - Position, 0, _run.Length);
        _text.CopyTo(Position, _run, 0, known);
        _drafter?.Draft(_run.AsSpan(known));
        return (_accepted, _run);
    }

    private void Know(int token)
    {
        _text.Add(token);
        _drafter?.Append(token);
    }
}
