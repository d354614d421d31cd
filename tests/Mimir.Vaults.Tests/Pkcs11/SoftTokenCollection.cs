namespace Mimir.Vaults.Tests.Pkcs11;

/// <summary>The tests that share the one token of the process.</summary>
[CollectionDefinition(nameof(SoftToken))]
public sealed class SoftTokenCollection : ICollectionFixture<SoftToken>;
