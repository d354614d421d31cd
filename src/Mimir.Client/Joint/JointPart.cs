namespace Mimir.Client.Joint;

/// <summary>One data owner's part of a joint prompt.</summary>
/// <param name="Owner">Its name, as its certificate says.</param>
/// <param name="Tokens">
/// Of the last part: the room, and nobody learns how much of it is used. Of every other part: how many tokens it has, exactly and publicly.
/// </param>
public sealed record JointPart(string Owner, int Tokens);
