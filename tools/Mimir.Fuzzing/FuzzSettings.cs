namespace Mimir.Fuzzing;

/// <summary>How long and within which bounds to fuzz.</summary>
/// <param name="Time">Per target.</param>
/// <param name="Hang">Longest time for one input.</param>
/// <param name="MemoryPerInput">Most bytes that one input may make a parser allocate.</param>
/// <param name="Folder">Where corpora and findings are kept.</param>
/// <param name="Seed">Of the mutations.</param>
internal sealed record FuzzSettings(TimeSpan Time, TimeSpan Hang, long MemoryPerInput, string Folder, int Seed);
