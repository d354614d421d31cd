namespace Mimir.Spdz.Sessions;

/// <summary>
/// Guesses the next tokens of one text, at the data owner: it sees the owner's prompt and the tokens granted so far, and nothing leaves it but
/// masked guesses. A wrong guess costs time only: which tokens come out never depends on it (see docs/speculation.md).
/// </summary>
public interface IDrafter
{
    /// <summary>Tells it a token of the text: of the prompt, or one that was granted.</summary>
    void Append(int token);

    /// <summary>Guesses the tokens that follow, into <paramref name="draft"/>, and returns how many; fewer when it has no idea.</summary>
    int Draft(Span<int> draft);
}
