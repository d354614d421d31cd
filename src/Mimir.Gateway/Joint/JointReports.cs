namespace Mimir.Gateway.Joint;

/// <summary>What is agreed, for both sides to see before anything is sent.</summary>
/// <param name="Model">As the offering owner calls it.</param>
/// <param name="Parts">The prompt in order.</param>
/// <param name="Receivers">Who receives the generated tokens.</param>
/// <param name="MaxTokens">How many.</param>
/// <param name="Temperature">τ; 0 is greedy.</param>
/// <param name="Parties">N.</param>
/// <param name="Security">active or passive.</param>
/// <param name="YouReceive">Whether this gateway's owner is a receiver.</param>
internal sealed record JointTermsReport(
    string Model, IReadOnlyList<JointPartReport> Parts, IReadOnlyList<string> Receivers, int MaxTokens, double Temperature, int Parties, string Security, bool YouReceive);

/// <summary>A part of the prompt.</summary>
/// <param name="Owner">Whose it is.</param>
/// <param name="Tokens">How many everybody sees: exactly, or at most for the last part.</param>
/// <param name="Exact">The length is public; false: it is padded to it.</param>
/// <param name="Yours">This gateway's owner brings it.</param>
internal sealed record JointPartReport(string Owner, int Tokens, bool Exact, bool Yours);

/// <summary>A joint session.</summary>
/// <param name="Id">The session, 32 hexadecimal digits.</param>
/// <param name="Link">For the other owner.</param>
/// <param name="State">offered (a look at a link), waiting, prefill, generating, finished, stopped or failed.</param>
/// <param name="Terms">What is agreed.</param>
/// <param name="Text">What came, to a receiver.</param>
/// <param name="Tokens">How many.</param>
/// <param name="Problem">Why it broke off.</param>
internal sealed record JointReport(string Id, string Link, string State, JointTermsReport Terms, string Text, int Tokens, string? Problem);
