using Mimir.Spdz.Sessions;

namespace Mimir.Client.Drafting;

/// <summary>How many of a drafter's guesses a text confirms.</summary>
/// <param name="Steps">Secure steps that the text would take.</param>
/// <param name="Tokens">Tokens that come out of them: in every step the accepted guesses and the one after them.</param>
/// <param name="Drafted">Guesses made.</param>
/// <param name="Accepted">Guesses that were right, with all before them.</param>
public sealed record Acceptance(int Steps, int Tokens, int Drafted, int Accepted)
{
    /// <summary>Tokens that come out of one step, on average.</summary>
    public double TokensPerStep => Steps == 0 ? 0 : (double)Tokens / Steps;

    /// <summary>
    /// Replays <paramref name="generated"/> after <paramref name="prompt"/>: each step verifies up to <paramref name="length"/> guesses at once
    /// and accepts them up to the first that differs from what the model says.
    /// </summary>
    public static Acceptance Of(IDrafter drafter, IReadOnlyList<int> prompt, IReadOnlyList<int> generated, int length)
    {
        foreach (var token in prompt) drafter.Append(token);
        Span<int> draft = stackalloc int[length];
        int steps = 0, at = 0, drafted = 0, accepted = 0;
        while (at < generated.Count)
        {
            var count = drafter.Draft(draft);
            var right = 0;
            // The step's own token comes on top, so the last one need not be guessed.
            while (right < count && at + right < generated.Count - 1 && draft[right] == generated[at + right]) right++;
            steps++;
            drafted += count;
            accepted += right;
            for (var i = 0; i <= right; i++) drafter.Append(generated[at++]);
        }
        return new Acceptance(steps, generated.Count, drafted, accepted);
    }
}
