namespace Mimir.Fuzzing;

/// <summary>A parser, or a verifier around it, that takes bytes from strangers.</summary>
/// <param name="Name">Its name on the command line.</param>
/// <param name="Seeds">Valid inputs; the corpus begins with them.</param>
/// <param name="Run">
/// Gives one input to the parser. It may refuse in its documented way; any exception is a finding, and so is accepting what is no seed.
/// </param>
public sealed record FuzzTarget(string Name, IReadOnlyList<byte[]> Seeds, Func<byte[], Outcome> Run);
