namespace Mimir.Fuzzing;

/// <summary>How long to fuzz, and where; within which bounds says <see cref="Trial"/>.</summary>
/// <param name="Time">Per target.</param>
/// <param name="Folder">Where corpora and findings are kept.</param>
/// <param name="Seed">Of the mutations.</param>
internal sealed record FuzzSettings(TimeSpan Time, string Folder, int Seed);
