namespace Mimir.Cli.Benching.Networks;

/// <summary>A network namespace that plays a host: processes in it reach the others only over the emulated wire.</summary>
/// <param name="Namespace">Its name, as <c>ip netns</c> knows it.</param>
/// <param name="Address">Its IPv4 address.</param>
public sealed record EmulatedHost(string Namespace, string Address);
