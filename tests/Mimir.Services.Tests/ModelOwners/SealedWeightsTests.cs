using Mimir.Models;
using Mimir.Models.Folding;
using Mimir.Models.Transformers;
using Mimir.Services.ModelOwners;
using Mimir.Trust.KeyRelease;
using Mimir.Trust.SealedFiles;

namespace Mimir.Services.Tests.ModelOwners;

/// <summary>The shipped model with its weights sealed gives the same numbers as the plain one, and only with the key.</summary>
public sealed class SealedWeightsTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("mimir-sealed-").FullName;
    private readonly DataKey _key = DataKey.Generate("weights");

    private string Weights => Path.Combine(_directory, "model.safetensors");

    public void Dispose()
    {
        _key.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public void Sealed_weights_fold_to_the_same_numbers()
    {
        Copy("model.safetensors");
        using var plain = OwnedModel.Open(Shipped, WeightTerms.Secret);
        using var opened = OwnedModel.Open(_directory, WeightTerms.Secret, _key);
        foreach (var matrix in plain.Weights.Layout.Matrices) Assert.Equal(Read(plain, matrix), Read(opened, matrix));
    }

    [Fact]
    public void Without_the_key_or_under_another_name_or_not_sealed_they_are_refused()
    {
        Copy("model.safetensors");
        Assert.Contains("--weights-key", Assert.Throws<ModelFormatException>(() => OwnedModel.Open(_directory, WeightTerms.Secret)).Message, StringComparison.Ordinal);
        using var other = DataKey.Generate("weights");
        Assert.Equal(SealRefusal.WrongKey, Assert.Throws<SealedFileException>(() => OwnedModel.Open(_directory, WeightTerms.Secret, other)).Refusal);
        Copy("other.safetensors");
        Assert.Equal(SealRefusal.WrongLabel, Assert.Throws<SealedFileException>(() => OwnedModel.Open(_directory, WeightTerms.Secret, _key)).Refusal);
        File.Copy(Path.Combine(Shipped, "model.safetensors"), Weights, overwrite: true);
        Assert.Equal(SealRefusal.NotSealed, Assert.Throws<SealedFileException>(() => OwnedModel.Open(_directory, WeightTerms.Secret, _key)).Refusal);
    }

    private static string Shipped
    {
        get
        {
            for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
                if (File.Exists(Path.Combine(folder.FullName, "Mimir.slnx"))) return Path.Combine(folder.FullName, "models", "mimir-kjv");
            throw new InvalidOperationException("the tests are not run inside a checkout");
        }
    }

    private void Copy(string label)
    {
        foreach (var file in Directory.GetFiles(Shipped)) File.Copy(file, Path.Combine(_directory, Path.GetFileName(file)), overwrite: true);
        using var plaintext = File.OpenRead(Path.Combine(Shipped, "model.safetensors"));
        SealedFile.Seal(plaintext, Weights, _key, new SealTerms(label));
    }

    private static double[] Read(OwnedModel model, SecretMatrix matrix)
    {
        var numbers = new double[matrix.Rows * matrix.Width];
        model.Weights.Read(matrix, numbers);
        return numbers;
    }
}
