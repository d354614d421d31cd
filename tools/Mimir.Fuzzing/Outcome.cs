namespace Mimir.Fuzzing;

/// <summary>What a parser did with one input.</summary>
/// <param name="Shape">Describes the behaviour in few words (which refusals, how many parts): an input with a new shape is kept to mutate further.</param>
/// <param name="Accepted">The input passed for authentic. Only seeds may.</param>
public readonly record struct Outcome(string Shape, bool Accepted = false);
