namespace Mimir.Cli.Planning.Machines;

/// <summary>The prices of one machine for one kind of group: two parties (function keys) or more (tables).</summary>
/// <param name="Party">Processor seconds of each party: steps, work ahead, transport.</param>
/// <param name="Triples">Processor seconds of the Triple Service.</param>
/// <param name="Online">Seconds of a step, every role on this one machine.</param>
/// <param name="Together">Seconds between tokens, every role on this one machine, dealing included.</param>
public sealed record Calibration(Prices Party, Prices Triples, Prices Online, Prices Together);
